package org.unmute.probes.pool;

import java.util.List;
import java.util.Map;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/** Makes probes by name, fresh or from given parameters. */
public final class Probes {
    private static final List<String> NAMES =
            List.of(LinearProbe.CLS, LinearProbe.MEAN, Mhca.NAME, Protobin.BINARY, Protobin.FLOAT);

    private Probes() {}

    /** Size of a fresh probe. */
    record Size(int dim, int classes, boolean cls) {}

    /** The names there are. */
    public static List<String> names() {
        return NAMES;
    }

    /** A fresh probe in float32 on the current backend; see {@link #create(Backend, String, int, int, boolean, ProbeOptions, long)}. */
    public static Probe create(String name, int dim, int classes, boolean hasCls, ProbeOptions options, long seed) {
        return create(Backends.current(), name, dim, classes, hasCls, options, seed);
    }

    /**
     * A fresh probe in float32, initialised as the paper's (section 4.1): prototypes N(0, 0.02²), the attention query
     * N(0, 0.02²), linear layers uniform within 1/√inputs.
     *
     * @param name one of {@link #names()}
     * @param dim numbers a token
     * @param classes number of classes
     * @param hasCls whether the encoder gives a cls token
     * @param seed decides every parameter
     * @throws IllegalArgumentException if the name, a size or an option is wrong
     */
    public static Probe create(Backend backend, String name, int dim, int classes, boolean hasCls, ProbeOptions options,
            long seed) {
        if (dim < 1 || classes < 1) {
            throw new IllegalArgumentException("probe " + name + ": dim and classes must be at least 1: " + dim + ", " + classes);
        }
        Size size = new Size(dim, classes, hasCls);
        Init init = new Init(backend, seed);
        return switch (name) {
            case LinearProbe.CLS, LinearProbe.MEAN -> LinearProbe.fresh(name, size, options, init);
            case Mhca.NAME -> Mhca.fresh(size, options, init);
            case Protobin.BINARY, Protobin.FLOAT -> Protobin.fresh(name, size, options, init);
            default -> throw unknown(name);
        };
    }

    /**
     * A probe with given parameters, which may be of any floating type and on any backend. The memory is shared.
     *
     * @param hasCls whether the encoder gives a cls token; decides what {@code linear} looks at
     * @throws IllegalArgumentException if a parameter is missing, unknown or of a wrong shape
     */
    public static Probe of(String name, Map<String, Tensor> parameters, boolean hasCls, ProbeOptions options) {
        ParameterMap map = new ParameterMap(name, parameters);
        Probe probe = switch (name) {
            case LinearProbe.CLS, LinearProbe.MEAN -> LinearProbe.of(name, hasCls, options, map);
            case Mhca.NAME -> Mhca.of(options, map);
            case Protobin.BINARY, Protobin.FLOAT -> Protobin.of(name, options, map);
            default -> throw unknown(name);
        };
        map.done();
        return probe;
    }

    /** @throws IllegalArgumentException if the tokens are not as long as the probe expects */
    static void checkDim(Probe probe, TokenBatch batch) {
        if (batch.dim() != probe.dim()) {
            throw new IllegalArgumentException("probe " + probe.name() + ": tokens have dim " + batch.dim()
                    + ", the probe has " + probe.dim() + ": use tokens of the encoder it was made for");
        }
    }

    private static IllegalArgumentException unknown(String name) {
        return new IllegalArgumentException("probe: '" + name + "' is not known: there are " + String.join(", ", NAMES));
    }
}
