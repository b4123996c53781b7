package org.unmute.models.graph;

import static org.unmute.files.MalformedFileException.quote;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * The tensor of a graph whose positions are tokens. Its shape and those of the outputs are found by running the graph
 * once on silence; where the input's length is free, a second time on twice as much, which shows the axis of time.
 *
 * @param graph the graph
 * @param input name of the graph's input
 * @param name of the tensor
 * @param shapes of it and of the outputs, for one window
 * @param channel the axis of channels, or 0 if it cannot be seen
 * @param grown the axis that grows with the input, or 0 if it cannot be seen
 */
record GraphTokens(Graph graph, String input, String name, Map<String, Shape> shapes, int channel, int grown) {
    /** What {@code unmute export} writes into the metadata of its graphs. */
    private static final String EXPORTED = "unmute.encoder";

    private static final Set<String> SQUASHING = Set.of("Sigmoid", "Softmax", "LogSoftmax");
    private static final Set<String> CHANNELS_FIRST = Set.of(
            "Conv", "MaxPool", "AveragePool", "BatchNormalization", "InstanceNormalization", "GroupNormalization");

    /**
     * Finds it.
     *
     * @param asked its name, or empty for the map before the last pooling over all positions, else the first output
     * @param samples of a window
     * @throws IllegalArgumentException if there is no such tensor
     */
    static GraphTokens find(Graph graph, String asked, int samples) {
        String input = samplesInput(graph).name();
        Set<String> wanted = new LinkedHashSet<>(graph.outputs());
        List<GraphNode> pooling = new ArrayList<>();
        if (asked.isEmpty()) {
            graph.nodes().stream()
                    .filter(node -> node.type().startsWith("GlobalAverage")
                            || node.type().startsWith("GlobalMax")
                            || node.type().equals("ReduceMean")
                            || node.type().equals("ReduceMax"))
                    .filter(node -> !isNormalization(graph, node))
                    .forEach(pooling::add);
            pooling.forEach(node -> wanted.add(node.inputs().getFirst()));
        } else {
            requireTensor(graph, asked);
            wanted.add(asked);
        }
        wanted.removeAll(graph.constants().keySet());
        Map<String, Shape> shapes = shapes(graph, input, wanted, samples);
        String name = asked.isEmpty() ? graph.outputs().getFirst() : asked;
        int channel = 0;
        for (GraphNode node : pooling.reversed()) {
            Shape map = shapes.get(node.inputs().getFirst());
            int kept = map == null ? 0 : keptAxis(graph, node, map.rank());
            if (kept > 0) {
                name = node.inputs().getFirst();
                channel = kept;
                break;
            }
        }
        if (channel == 0) {
            channel = channelsFirst(graph, name) ? 1 : 0;
        }
        int grown = 0;
        if (samples(graph) <= 0) {
            Shape longer = shapes(graph, input, Set.of(name), 2 * samples).get(name);
            Shape once = shapes.get(name);
            for (int i = 1; i < once.rank(); i++) {
                grown = longer.size(i) > once.size(i) ? i : grown;
            }
        }
        return new GraphTokens(graph, input, name, shapes, channel, grown);
    }

    private static GraphInput samplesInput(Graph graph) {
        if (graph.inputs().size() != 1) {
            throw new UnusableCheckpointException(
                    graph.file() + ": the graph has " + graph.inputs().size()
                            + " inputs, "
                            + graph.inputs().stream().map(GraphInput::name).toList()
                            + ": graphs of one input, the samples, are encoders");
        }
        GraphInput input = graph.inputs().getFirst();
        long[] sizes = input.sizes();
        boolean one = sizes != null && sizes.length <= 3 && sizes.length >= 1;
        for (int i = 0; one && i < sizes.length - 1; i++) {
            one = sizes[i] == 1 || sizes[i] == -1;
        }
        if (!one || input.type() != OnnxType.FLOAT) {
            throw new UnusableCheckpointException(graph.file() + ": the input " + quote(input.name()) + " is "
                    + input.type() + " " + (sizes == null ? "of unknown shape" : Arrays.toString(sizes))
                    + ": floats of [batch, samples], [samples] or [batch, 1, samples] are taken, no spectrograms:"
                    + " export the model with its front end; of a known encoder,"
                    + " 'unmute convert' takes the weights out");
        }
        return input;
    }

    /** Samples of the graph's input, or -1 if their number is free. */
    static long samples(Graph graph) {
        long[] sizes = samplesInput(graph).sizes();
        return sizes[sizes.length - 1];
    }

    /** The shape of one window of samples. */
    long[] inputShape(int samples) {
        return inputShape(graph, samples);
    }

    private static long[] inputShape(Graph graph, int samples) {
        long[] sizes = new long[samplesInput(graph).sizes().length];
        Arrays.fill(sizes, 1);
        sizes[sizes.length - 1] = samples;
        return sizes;
    }

    private static Map<String, Shape> shapes(Graph graph, String input, Set<String> wanted, int samples) {
        List<GraphNode> plan = graph.between(List.of(input), wanted);
        if (plan == null) {
            throw new UnusableCheckpointException(
                    graph.file() + ": " + wanted + " do not all follow from the input " + quote(input));
        }
        try (TensorScope _ = new TensorScope()) {
            Map<String, GraphValue> given =
                    Map.of(input, new GraphValue(OnnxType.FLOAT, Tensor.zeros(inputShape(graph, samples))));
            Map<String, Shape> shapes = new HashMap<>();
            graph.run(plan, given, wanted).forEach((name, value) -> shapes.put(name, value.shape()));
            return shapes;
        }
    }

    private static void requireTensor(Graph graph, String name) {
        if (maker(graph, name) == null) {
            List<String> last = new ArrayList<>();
            graph.nodes().reversed().stream().limit(10).forEach(node -> last.addAll(node.outputs()));
            throw new IllegalArgumentException(GraphEncoder.NAME + ": tokens=" + name + ": " + graph.file()
                    + " computes no such tensor: the last are " + String.join(", ", last));
        }
    }

    /** The axis besides the batch that a pooling keeps, where it takes all others together; else 0. */
    private static int keptAxis(Graph graph, GraphNode node, int rank) {
        if (rank < 3 || rank > 4) {
            return 0;
        }
        if (node.type().startsWith("Global")) {
            return 1;
        }
        GraphValue constant =
                node.inputs().size() > 1 ? graph.constants().get(node.inputs().get(1)) : null;
        long[] pooled = constant == null ? node.wholes("axes") : constant.toLongs();
        if (pooled == null || pooled.length != rank - 2) {
            return 0;
        }
        int kept = rank * (rank - 1) / 2;
        for (long axis : pooled) {
            int a = NodeCall.axis(axis, rank);
            if (a == 0) {
                return 0;
            }
            kept -= a;
        }
        return kept;
    }

    /** Whether a mean or maximum is subtracted from what it was taken of. */
    private static boolean isNormalization(Graph graph, GraphNode node) {
        return graph.nodes().stream()
                .anyMatch(other -> other.type().equals("Sub")
                        && other.inputs().contains(node.inputs().getFirst())
                        && other.inputs().contains(node.outputs().getFirst()));
    }

    private static @Nullable GraphNode maker(Graph graph, String name) {
        return graph.nodes().stream()
                .filter(node -> node.outputs().contains(name))
                .findFirst()
                .orElse(null);
    }

    /** Whether a tensor comes out of a convolution, over functions of each element. */
    private static boolean channelsFirst(Graph graph, String name) {
        GraphNode node = maker(graph, name);
        for (int i = 0; node != null && i < 20; i++) {
            if (CHANNELS_FIRST.contains(node.type())) {
                return true;
            }
            boolean each = node.inputs().size() == 1
                    || Set.of("Add", "Mul", "Clip", "Sub", "Div").contains(node.type());
            node = each && !node.type().equals("Transpose")
                    ? maker(graph, node.inputs().getFirst())
                    : null;
        }
        return false;
    }

    /** The tensor's shape for one window. */
    Shape shape() {
        return shapes.get(name);
    }

    /** What an output is before a sigmoid or softmax at its end. */
    String beforeSquashing(String output) {
        GraphNode node = maker(graph, output);
        return node != null && SQUASHING.contains(node.type()) ? node.inputs().getFirst() : output;
    }

    /**
     * The axes as far as they can be seen.
     *
     * @throws IllegalArgumentException if they cannot
     */
    String axes() {
        Shape s = shape();
        int c = channel;
        if (s.rank() == 2) {
            return "c";
        }
        if (c == 0 && s.rank() == 3) {
            c = grown == 2 ? 1 : 2;
        }
        if (s.rank() == 3) {
            return c == 1 ? "ct" : "tc";
        }
        if (s.rank() == 4
                && graph.metadata().containsKey(EXPORTED)
                && name.equals(graph.outputs().getFirst())) {
            return "tfc";
        }
        int time = grown;
        if (s.rank() == 4 && c > 0 && time == 0) {
            int a = c == 1 ? 2 : 1;
            int b = c == 3 ? 2 : 3;
            time = s.size(a) == 1 ? b : s.size(b) == 1 ? a : 0;
        }
        if (s.rank() != 4 || c == 0 || time == 0 || c == time) {
            throw new IllegalArgumentException(GraphEncoder.NAME + ": tensor " + quote(name) + " is " + s
                    + ": which of its axes is time cannot be seen: say what they are after the batch,"
                    + " t time, f frequency, c channels: "
                    + (c == 3 ? "axes=tfc or axes=ftc" : "axes=cft or axes=ctf"));
        }
        char[] letters = {'f', 'f', 'f'};
        letters[c - 1] = 'c';
        letters[time - 1] = 't';
        return new String(letters);
    }
}
