package org.unmute.convert.export;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.unmute.convert.graph.OnnxGraph;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.FrameHead;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.models.vit.Trace;
import org.unmute.probes.pool.Remembering;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.Tensor;

/**
 * Writes encoders and probes as ONNX graphs of opset {@value OnnxGraph#OPSET}. The engine runs the network twice on
 * made-up input, as for training, and the ops that it records become nodes; so what a graph computes is what the engine
 * computes, for every encoder and probe that consists of ops. One graph scores one window; the batch is free.
 *
 * <p>Inputs: {@code samples [batch, samples]}, {@code spectrogram [batch, frames, bins]} or {@code tokens [batch, time,
 * freq, dim]} with {@code cls [batch, dim]} or, for probes of several layers, {@code layers [layers, batch, time, freq,
 * dim]} and {@code layers_cls [layers, batch, dim]}. Outputs: {@code tokens} and {@code cls} of an encoder; {@code
 * logits}, {@code raw_scores} and, of a probe, {@code scores}, which are calibrated if it learned that: {@code [batch,
 * classes]}, of frames {@code [batch, time, classes]}.
 */
public final class OnnxExport {
    /** What a graph begins with. */
    public enum Input {
        /** Samples in [-1, 1] at the encoder's rate. */
        SAMPLES,
        /** What the encoder's front end gives. */
        SPECTROGRAM
    }

    /**
     * What is exported of an encoder.
     *
     * @param input what the graph begins with
     * @param samples of a clip; 0 for a window, or for the longest piece that an encoder without windows hears at once
     */
    public record Window(Input input, int samples) {}

    private static final String BATCH = "batch";

    private final @Nullable EncoderNetwork network;
    private final @Nullable Window window;
    private final @Nullable TrainedProbe probe;
    private final boolean packed;
    private final boolean frames;
    private final boolean head;

    private OnnxExport(
            @Nullable EncoderNetwork network,
            @Nullable Window window,
            @Nullable TrainedProbe probe,
            boolean packed,
            boolean frames,
            boolean head) {
        if (probe != null && probe.probe() instanceof Remembering) {
            throw new ExportException("export: probe " + probe.probe().name() + " compares a clip with its training"
                    + " clips one by one and has no form as a graph: train another probe, such as linear, or write its"
                    + " vectors and targets to a NAME.safetensors");
        }
        this.network = network;
        this.window = window;
        this.probe = probe;
        this.packed = packed;
        this.frames = frames;
        this.head = head;
    }

    /**
     * An encoder whose tokens are the output.
     *
     * @throws ExportException if it has no form as a graph
     */
    public static OnnxGraph encoder(EncoderNetwork network, Window window) {
        return new OnnxExport(network, window, null, false, false, false).encoder();
    }

    /**
     * An encoder with its own head: for clips, or for frames.
     *
     * @throws ExportException if it has no such head, or no form as a graph
     */
    public static OnnxGraph head(EncoderNetwork network, Window window, boolean frames) {
        return new OnnxExport(network, window, null, false, frames, true).encoder();
    }

    /**
     * An encoder with a probe on its tokens.
     *
     * @param packed whether the signs of a protobin's prototypes are stored as bits
     * @param frames whether rows are scored, not clips
     * @throws ExportException if one of the two has no form as a graph, or they do not fit each other
     */
    public static OnnxGraph tagger(
            EncoderNetwork network, Window window, TrainedProbe probe, boolean packed, boolean frames) {
        return new OnnxExport(network, window, probe, packed, frames, false).encoder();
    }

    /**
     * A probe by itself, for any number of rows if its parameters allow that.
     *
     * @param packed whether the signs of a protobin's prototypes are stored as bits
     * @param frames whether rows are scored, not clips
     * @param rows of the tokens; 0 if they are free
     * @param columns of the tokens
     * @throws ExportException if it has no form as a graph
     */
    public static OnnxGraph probe(TrainedProbe probe, boolean packed, boolean frames, int rows, int columns) {
        return new OnnxExport(null, null, probe, packed, frames, false).probe(rows, columns);
    }

    private OnnxGraph encoder() {
        EncoderSpec spec = network.spec();
        int samples = samples();
        OnnxGraph graph = new OnnxGraph(spec.name());
        Spectrogram first = network.frontEnd().apply(Noise.samples(1, samples));
        String spectrogram;
        if (window.input() == Input.SAMPLES) {
            graph.input("samples", BATCH, samples);
            spectrogram = FrontEndNodes.add(graph, network.frontEnd(), samples, "samples");
        } else {
            graph.input("spectrogram", BATCH, first.frames(), first.bins());
            spectrogram = "spectrogram";
        }
        List<Result> results = add(
                graph,
                List.of(spectrogram),
                List.of(Spectrogram.batch(List.of(first))),
                List.of(Spectrogram.batch(List.of(
                        network.frontEnd().apply(Noise.samples(2, samples)),
                        network.frontEnd().apply(Noise.samples(3, samples))))),
                in -> run(in.getFirst(), samples));
        outputs(graph, results, null);
        GraphMetadata.addEncoder(graph, spec, window.input(), samples);
        if (head) {
            GraphMetadata.addHead(graph, spec, frames ? network.frameHead().orElseThrow() : null);
        } else if (probe != null) {
            GraphMetadata.addProbe(graph, probe, frames);
        }
        return graph;
    }

    private int samples() {
        EncoderSpec spec = network.spec();
        int whole = spec.isWhole() ? spec.chunkSamples() : spec.windowSamples();
        int samples = window.samples() == 0 ? whole : window.samples();
        if (samples < spec.frameSamples() || !spec.isWhole() && samples > whole) {
            throw new ExportException("export: " + samples + " samples: " + spec.name() + " takes "
                    + spec.frameSamples()
                    + (spec.isWhole() ? " or more" : " to " + whole)
                    + " at " + spec.sampleRate() + " Hz; longer recordings are cut into windows before a graph");
        }
        return samples;
    }

    /** A result of the recorded function, which becomes an output. */
    private record Result(String name, Tensor value) {}

    private List<Result> run(Tensor spectrogram, int samples) {
        if (head) {
            return scores(heads(spectrogram));
        }
        TokenBatch batch = TokenTensors.of(
                network, spectrogram, probe != null && probe.probe().layers() > 0);
        if (probe == null) {
            List<Result> results = new ArrayList<>();
            results.add(new Result("tokens", batch.grid()));
            if (batch.cls() != null) {
                results.add(new Result("cls", batch.cls()));
            }
            return results;
        }
        if (probe.probe().dim() != batch.dim() || probe.hasCls() != (batch.cls() != null)) {
            throw new ExportException("export: the probe was trained on tokens of dim "
                    + probe.probe().dim() + (probe.hasCls() ? " with cls" : " without cls") + ", the encoder gives dim "
                    + batch.dim() + (batch.cls() == null ? " without cls" : " with cls"));
        }
        int sound = probe.soundOnly() ? network.spec().rowTimes().sound(batch.time(), samples) : batch.time();
        return scores(ProbeTensors.logits(probe, batch.rows(0, sound), frames));
    }

    private Tensor heads(Tensor spectrogram) {
        Tensor output = network.forward(spectrogram, Trace.NONE);
        if (frames) {
            FrameHead own = network.frameHead()
                    .orElseThrow(() -> new ExportException(
                            "export: " + network.spec().name() + ": this checkpoint has no head for frames"));
            return own.logits().apply(output);
        }
        if (network.spec().classes().isEmpty()) {
            throw new ExportException("export: " + network.spec().name() + ": this checkpoint has no head for clips"
                    + (network.frameHead().isPresent() ? ", but one for frames: give --frames" : ""));
        }
        return network.classify(output);
    }

    private List<Result> scores(Tensor logits) {
        List<Result> results = new ArrayList<>();
        results.add(new Result("logits", logits));
        Tensor raw = probe == null ? logits.sigmoid() : probe.rawScoresOf(logits);
        results.add(new Result("raw_scores", raw));
        if (probe != null && !frames) {
            results.add(new Result(
                    "scores", probe.calibration() == null ? raw : ProbeTensors.calibrated(probe.calibration(), raw)));
        }
        return results;
    }

    private OnnxGraph probe(int rows, int columns) {
        int dim = probe.probe().dim();
        int layers = probe.probe().layers();
        OnnxGraph graph = new OnnxGraph(probe.probe().name());
        Object time = rows == 0 ? "time" : rows;
        List<String> inputs = new ArrayList<>();
        inputs.add(layers > 0 ? "layers" : "tokens");
        if (layers > 0) {
            graph.input("layers", layers, BATCH, time, columns, dim);
        } else {
            graph.input("tokens", BATCH, time, columns, dim);
        }
        if (probe.hasCls()) {
            inputs.add(layers > 0 ? "layers_cls" : "cls");
            if (layers > 0) {
                graph.input("layers_cls", layers, BATCH, dim);
            } else {
                graph.input("cls", BATCH, dim);
            }
        }
        List<Result> results = add(
                graph,
                inputs,
                tokens(1, 3, rows == 0 ? 7 : rows, columns),
                tokens(2, 5, rows == 0 ? 11 : rows, columns),
                in -> scores(ProbeTensors.logits(probe, batch(in), frames)));
        outputs(graph, results, time);
        GraphMetadata.addProbe(graph, probe, frames);
        return graph.metadata(GraphMetadata.INPUT, "tokens");
    }

    private List<Tensor> tokens(long seed, int batch, int rows, int columns) {
        int dim = probe.probe().dim();
        int layers = probe.probe().layers();
        List<Tensor> all = new ArrayList<>();
        all.add(
                layers > 0
                        ? Noise.of(seed, layers, batch, rows, columns, dim)
                        : Noise.of(seed, batch, rows, columns, dim));
        if (probe.hasCls()) {
            all.add(layers > 0 ? Noise.of(-seed, layers, batch, dim) : Noise.of(-seed, batch, dim));
        }
        return all.stream().map(t -> t.to(probe.backend())).toList();
    }

    private TokenBatch batch(List<Tensor> in) {
        Tensor x = in.getFirst();
        int rank = x.rank();
        int time = x.shape().dim(rank - 3);
        int freq = x.shape().dim(rank - 2);
        long count = (long) time * freq;
        Tensor cls = in.size() > 1 ? in.get(1) : null;
        return rank == 4
                ? new TokenBatch(x.reshape(x.size(0), count, x.size(3)), cls, time, freq)
                : TokenBatch.of(
                        new TokenBatch.Layers(x.reshape(x.size(0), x.size(1), count, x.size(4)), cls), time, freq);
    }

    /** Records a function twice, adds its nodes, and names its results, with the tensors of the first record. */
    private List<Result> add(
            OnnxGraph graph,
            List<String> inputs,
            List<Tensor> first,
            List<Tensor> second,
            Function<List<Tensor>, List<Result>> function) {
        List<String> names = new ArrayList<>();
        Function<List<Tensor>, List<Tensor>> recorded = in -> {
            List<Result> results = function.apply(in);
            names.clear();
            results.forEach(r -> names.add(r.name()));
            return results.stream().map(Result::value).toList();
        };
        OpRecord one = OpRecord.of(first, recorded);
        OpRecord two = OpRecord.of(second, recorded);
        List<String> values = new Translation(graph, one, two, inputs, parameterNames(), packed).run();
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            graph.result(names.get(i), "Identity", new String[] {values.get(i)});
            results.add(new Result(names.get(i), one.results().get(i)));
        }
        return results;
    }

    private Map<Tensor, String> parameterNames() {
        Map<Tensor, String> known = new IdentityHashMap<>();
        if (probe != null) {
            probe.probe().parameters().forEach((name, tensor) -> known.put(tensor, "probe." + name));
        }
        return known;
    }

    /** @param time of the rows if they are free, else null or their number */
    private void outputs(OnnxGraph graph, List<Result> results, @Nullable Object time) {
        for (Result result : results) {
            Object[] shape = new Object[result.value().rank()];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = i == 0 ? BATCH : (Object) result.value().size(i);
            }
            if (time != null && shape.length == 3) {
                shape[1] = time;
            }
            graph.output(result.name(), OnnxGraph.FLOAT, shape);
        }
    }
}
