package org.unmute.models.graph;

import static org.unmute.files.MalformedFileException.quote;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;

/**
 * Any network from samples on, as an ONNX graph: its tokens are the positions of one of its tensors, by default the
 * last map before the pooling over all positions ({@link GraphTokens}). Windows have the length of the graph's input.
 * Each is computed by itself, so that graphs with a fixed batch are read and a window gives the same bits in any batch.
 */
public final class GraphEncoder implements EncoderNetwork {
    static final String NAME = "onnx";
    private static final KeyMap FILE =
            KeyMap.named("onnx/graph", Checkpoint.GRAPH).keep(Checkpoint.GRAPH).require(Checkpoint.GRAPH);
    private static final int MAX_CLASS_BYTES = 1 << 22;

    /** How its files are recognized and opened. */
    public record Provider() implements EncoderProvider {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public List<KeyMap> keyMaps() {
            return List.of(FILE);
        }

        /**
         * {@code tokens}: the tensor that gives the tokens; {@code axes}: its axes after the batch, of the letters t, f
         * and c; {@code freq}: columns that an axis of tokens lists; {@code scale}: by which samples are multiplied;
         * {@code classes}: a file of the classes' names, a line each.
         */
        @Override
        public Set<String> configEntries() {
            return Set.of("tokens", "axes", "freq", "scale", "classes");
        }

        @Override
        public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
            try {
                Graph graph = GraphReader.read(
                        file.origin(), file.entry(Checkpoint.GRAPH).data());
                return new GraphEncoder(graph.checked(), settings);
            } catch (IOException e) {
                throw new UnusableCheckpointException(e.getMessage(), e);
            }
        }
    }

    private final Graph graph;
    private final GraphTokens source;
    private final TokenAxes axes;
    private final List<GraphNode> plan;
    private final Shape map;
    private final SampleFrontEnd frontEnd;
    private final EncoderSpec spec;
    /** The output with the classes; empty without. */
    private final String head;

    private GraphEncoder(Graph graph, EncoderSettings settings) {
        this.graph = graph;
        Map<String, String> config = settings.config();
        frontEnd = frontEnd(settings);
        source = GraphTokens.find(graph, config.getOrDefault("tokens", ""), frontEnd.windowSamples());
        map = source.shape();
        int columns = number(config, "freq", 1).intValue();
        String letters = config.containsKey("axes") ? config.get("axes") : source.axes();
        axes = TokenAxes.of(letters, columns, source.name(), map);
        plan = graph.between(List.of(source.input()), List.of(source.name()));
        List<String> classes = config.containsKey("classes") ? names(config.get("classes")) : List.of();
        head = classes.isEmpty() ? "" : head(classes.size());
        int time = axes.time(map);
        int freq = axes.freq(map);
        spec = EncoderSpec.of(
                NAME,
                "ONNX graph, tokens of " + quote(source.name()) + ", " + time + " x " + freq + " x "
                        + axes.channels(map) + " a window",
                frontEnd,
                settings,
                new EncoderSpec.Grid(
                        time, freq, Math.ceilDiv(frontEnd.windowSamples(), time), EncoderSpec.TokenOrder.TIME_MAJOR, 0),
                axes.channels(map),
                1,
                classes);
    }

    private static Number number(Map<String, String> config, String key, double otherwise) {
        String text = config.get(key);
        try {
            double value = text == null ? otherwise : Double.parseDouble(text);
            if (value > 0 && value < Integer.MAX_VALUE) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(NAME + ": " + key + "=" + text + ": a number above 0 is expected");
    }

    private SampleFrontEnd frontEnd(EncoderSettings settings) {
        if (settings.heads() != 0) {
            throw new IllegalArgumentException(NAME + ": heads cannot be set, a graph states its own");
        }
        int rate = settings.sampleRateOr(stated("unmute.sample_rate"));
        if (rate == 0) {
            throw new IllegalArgumentException(NAME + ": " + graph.file()
                    + " does not state the sample rate of its input: give it, --encoder-set encoder-rate=32000");
        }
        long fixed = GraphTokens.samples(graph);
        int asked = Math.toIntExact((long) settings.frames() * rate / 100);
        if (fixed > 0 && asked > 0 && asked != fixed) {
            throw new IllegalArgumentException(NAME + ": the graph's input has " + fixed + " samples, a window of "
                    + asked + " cannot be set: leave it out");
        }
        int samples = fixed > 0 ? Math.toIntExact(fixed) : asked;
        if (samples == 0) {
            throw new IllegalArgumentException(
                    NAME + ": the graph takes any number of samples: state the window in" + " seconds, --window 5");
        }
        return new SampleFrontEnd(
                rate, samples, number(settings.config(), "scale", 1).doubleValue());
    }

    private int stated(String key) {
        String text = graph.metadata().getOrDefault(key, "");
        return text.matches("\\d{1,7}") ? Integer.parseInt(text) : 0;
    }

    private static List<String> names(String file) {
        try {
            Path path = Path.of(file);
            if (Files.size(path) > MAX_CLASS_BYTES) {
                throw new IllegalArgumentException(NAME + ": classes=" + file + ": the file has more than 4 MiB");
            }
            return Files.readAllLines(path).stream()
                    .filter(line -> !line.isBlank())
                    .map(String::strip)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(NAME + ": classes=" + file + " cannot be read", e);
        }
    }

    /** The last output that gives as many logits as there are classes and follows from the tokens alone. */
    private String head(int classes) {
        List<String> found = new ArrayList<>();
        for (String output : graph.outputs().reversed()) {
            String logits = source.beforeSquashing(output);
            Shape shape = source.shapes().get(output);
            if (shape != null && shape.equals(Shape.of(1, classes))) {
                if (graph.between(List.of(source.name()), List.of(logits)) != null) {
                    return logits;
                }
            }
            found.add(quote(output) + " " + shape);
        }
        throw new IllegalArgumentException(NAME + ": classes= names " + classes
                + " classes, but no output follows from the tokens and has as many numbers: there are "
                + String.join(", ", found));
    }

    @Override
    public EncoderSpec spec() {
        return spec;
    }

    @Override
    public FrontEnd frontEnd() {
        return frontEnd;
    }

    /** {@inheritDoc} The input is {@code [batch, 1, samples]}. */
    @Override
    public Tensor forward(Tensor input, Trace trace) {
        Tensor[] windows = new Tensor[Math.toIntExact(input.size(0))];
        for (int i = 0; i < windows.length; i++) {
            Tensor samples = input.slice(0, i, 1).reshape(source.inputShape(frontEnd.windowSamples()));
            Map<String, GraphValue> given = Map.of(source.input(), new GraphValue(OnnxType.FLOAT, samples));
            GraphValue result = graph.run(plan, given, List.of(source.name())).get(source.name());
            // A product gives -0 at times, which joining windows turns into 0: so the bits are the same joined.
            windows[i] = axes.tokens(result.cast(OnnxType.FLOAT).tensor()).plus(0);
            if (!result.shape().equals(map)) {
                throw new IllegalStateException(NAME + ": tokens are " + result.shape() + ", they were " + map);
            }
        }
        Tensor tokens = Tensor.concat(0, windows);
        trace.accept("block.0", tokens);
        return tokens;
    }

    /** The rest of the graph, from the tokens to its classes. */
    @Override
    public Tensor classify(Tensor tokens) {
        if (head.isEmpty()) {
            throw new UnsupportedOperationException(
                    NAME + ": no classes are named: --encoder-set classes=FILE, a line each");
        }
        List<GraphNode> rest = graph.between(List.of(source.name()), List.of(head));
        Tensor[] windows = new Tensor[Math.toIntExact(tokens.size(0))];
        for (int i = 0; i < windows.length; i++) {
            Tensor one = axes.map(tokens.slice(0, i, 1), map).copy();
            Map<String, GraphValue> given = Map.of(source.name(), new GraphValue(OnnxType.FLOAT, one));
            windows[i] = graph.run(rest, given, List.of(head))
                    .get(head)
                    .cast(OnnxType.FLOAT)
                    .tensor()
                    .reshape(1, spec.classes().size());
        }
        return Tensor.concat(0, windows);
    }
}
