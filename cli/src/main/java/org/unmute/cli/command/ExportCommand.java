package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.export.GraphOptions;
import org.unmute.cli.option.OverwriteOption;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.convert.export.ExportException;
import org.unmute.convert.export.OnnxExport;
import org.unmute.convert.export.ProbeWeights;
import org.unmute.convert.graph.OnnxGraph;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.Units;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.options.EncoderOptions;
import org.unmute.options.MainOptions;
import org.unmute.options.OutputPath;
import org.unmute.options.ProbeOption;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.DType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes an encoder, a probe or both as an ONNX graph, or the tensors of a probe as safetensors. */
@MainOptions("--probe --encoder --from --seconds --rows --head --freq --out --force")
@Command(
        name = "export",
        description = {
            "Writes an encoder, a trained or packed probe, or both in one, as an ONNX graph for other programs, with"
                    + " classes, thresholds, sample rate and shapes in its metadata. A graph takes one window, from"
                    + " its samples or its spectrogram, or a probe's tokens; the batch is free. If the name of FILE"
                    + " ends in .safetensors, the tensors of the probe are written, for PyTorch and others."
        },
        footer = {
            "",
            "Examples:",
            "  unmute export --encoder eat.safetensors --out eat.onnx",
            "  unmute export --probe run1/ --out tagger.onnx                 samples to scores",
            "  unmute export --probe run1/ --from tokens --out probe.onnx    tokens to scores",
            "  unmute export --probe run1/ --out probe-weights.safetensors"
        })
final class ExportCommand extends ComputingCommand {
    private static final String SAFETENSORS = ".safetensors";

    @Mixin
    private ProbeOption probe;

    @Mixin
    private EncoderOptions encoder;

    @OutputPath(OutputPath.Kind.FILE)
    @Option(names = "--out", paramLabel = "FILE", required = true, description = "NAME.onnx, or NAME.safetensors.")
    private Path out;

    @Mixin
    private GraphOptions graph;

    @Mixin
    private OverwriteOption overwrite;

    @Override
    public Integer call() throws IOException {
        begin();
        checkOptions();
        openBackend();
        if (out.toString().endsWith(SAFETENSORS)) {
            Path file = probe.file();
            TrainedProbe trained = ProbeFiles.trainedOrPacked(file);
            record.input(file);
            write("tensors of probe " + trained.probe().name(), () -> {
                ProbeWeights.write(trained, out);
                return Files.size(out);
            });
            return status;
        }
        OnnxGraph made;
        try {
            made = graph();
        } catch (ExportException e) {
            throw CommandException.usage(e.getMessage(), e);
        }
        write("graph of opset " + OnnxGraph.OPSET, () -> made.write(out));
        return status;
    }

    private void checkOptions() throws IOException {
        boolean weights = out.toString().endsWith(SAFETENSORS);
        if (!weights && !out.toString().endsWith(".onnx")) {
            throw CommandException.usage("the name of FILE must end in .onnx or " + SAFETENSORS + ": " + out);
        }
        graph.requireValid(weights, probe.isGiven());
    }

    private OnnxGraph graph() throws IOException {
        if (!probe.isGiven()) {
            OpenEncoder own = opened(encoder);
            own.note(record, "hann");
            OnnxExport.Window window = graph.window(own.encoder().describe());
            return graph.head()
                    ? OnnxExport.head(own.encoder().network(), window, graph.rows())
                    : OnnxExport.encoder(own.encoder().network(), window);
        }
        Path file = probe.file();
        ProbeFiles.remarkOnMissingDigest(file, this::tell);
        record.input(file);
        boolean packed = ProbeFiles.isPacked(file);
        TrainedProbe trained = ProbeFiles.trainedOrPacked(file);
        if (graph.ofTokens()) {
            return checked(
                    e -> CommandException.usage(e.getMessage(), e),
                    () -> OnnxExport.probe(trained, packed, graph.rows(), 0, graph.freq()));
        }
        SavedProbe run = SavedProbe.find(file, null);
        OpenEncoder own = run.results().isMissingNode() ? opened(encoder) : opened(encoder, run, "probe");
        String resampling = run.resampling().name();
        checked(e -> CommandException.input(e.getMessage(), e), () -> {
            trained.requireTokensOf(own.key(resampling, DType.F32));
            return own.note(record, resampling);
        });
        OnnxExport.Window window = graph.window(own.encoder().describe());
        return OnnxExport.tagger(own.encoder().network(), window, trained, packed, graph.rows());
    }

    private void write(String what, Step<Long> writer) throws IOException {
        Map<String, Object> result = new LinkedHashMap<>();
        try (OutputFolder output = claimFile(out)) {
            long bytes = writer.run();
            result.put("out", out.toString());
            result.put("what", what);
            result.put("from", graph.from().name());
            result.put("bytes", bytes);
            result.forEach(record::result);
            record.writeBeside(out);
            output.finish();
        }
        print(result, o -> o.printf(Locale.ROOT, "%s: %s, %s%n", out, what, Units.bytes((Long) result.get("bytes"))));
    }
}
