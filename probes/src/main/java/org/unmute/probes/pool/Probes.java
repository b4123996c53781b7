package org.unmute.probes.pool;

import java.util.List;
import java.util.Map;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/** Makes probes by name, fresh or from given parameters. */
public final class Probes {
    private static final List<Kind> KINDS = List.of(
            new Kind(LinearProbe.CLS, LinearProbe.OPTIONS, LinearProbe::fresh, LinearProbe::of),
            new Kind(LinearProbe.MEAN, LinearProbe.OPTIONS, LinearProbe::fresh, LinearProbe::of),
            new Kind(Mlp.NAME, Mlp.OPTIONS, Mlp::fresh, Mlp::of),
            new Kind(LinearConcat.CLS_MEAN, LinearConcat.CLS_MEAN_OPTIONS, LinearConcat::fresh, LinearConcat::of),
            new Kind(LinearConcat.FREQ_CONCAT, LinearConcat.FREQ_CONCAT_OPTIONS, LinearConcat::fresh, LinearConcat::of),
            new Kind(Conv.NAME, Conv.OPTIONS, Conv::fresh, Conv::of),
            new Kind(Linpre.NAME, Linpre.OPTIONS, Linpre::fresh, Linpre::of),
            new Kind(Mhca.NAME, Mhca.OPTIONS, Mhca::fresh, Mhca::of),
            new Kind(EfficientProbing.NAME, EfficientProbing.OPTIONS, EfficientProbing::fresh, EfficientProbing::of),
            new Kind(SimPool.NAME, SimPool.OPTIONS, SimPool::fresh, SimPool::of),
            new Kind(Abmilp.PLAIN, Abmilp.PLAIN_OPTIONS, Abmilp::fresh, Abmilp::of),
            new Kind(Abmilp.SELF_ATTENTION, Abmilp.SELF_ATTENTION_OPTIONS, Abmilp::fresh, Abmilp::of),
            new Kind(Proto.NAME, Proto.OPTIONS, Proto::fresh, Proto::of),
            new Kind(Protobin.BINARY, Protobin.OPTIONS, Protobin::fresh, Protobin::of),
            new Kind(Protobin.FLOAT, Protobin.OPTIONS, Protobin::fresh, Protobin::of),
            new Kind(Cgp.NAME, Cgp.OPTIONS, Cgp::fresh, Cgp::of));

    private static final List<String> PROTOTYPICAL = List.of(Proto.NAME, Protobin.BINARY, Protobin.FLOAT, Cgp.NAME);

    private Probes() {}

    /** Size of a fresh probe. */
    record Size(TokenLayout layout, int classes) {
        int dim() {
            return layout.dim();
        }
    }

    @FunctionalInterface
    private interface Fresh {
        Probe make(String name, Size size, ProbeOptions options, Init init);
    }

    @FunctionalInterface
    private interface Given {
        Probe make(String name, boolean cls, ProbeOptions options, ParameterMap parameters);
    }

    /** One entry of the table of probes: a name, its options and how it is made. */
    private record Kind(String name, List<String> options, Fresh fresh, Given given) {}

    /** The names there are. */
    public static List<String> names() {
        return KINDS.stream().map(Kind::name).toList();
    }

    /**
     * Names of the options a probe has.
     *
     * @throws IllegalArgumentException if there is no probe of that name
     */
    public static List<String> options(String name) {
        return kind(name).options();
    }

    /**
     * Whether a probe compares tokens with prototypes, so that its scores are cosines.
     *
     * @throws IllegalArgumentException if there is no probe of that name
     */
    public static boolean hasPrototypes(String name) {
        return PROTOTYPICAL.contains(kind(name).name());
    }

    /**
     * Whether a probe looks at the tokens of all layers of the encoder, not of the last only.
     *
     * @throws IllegalArgumentException if there is no probe of that name
     */
    public static boolean looksAtLayers(String name) {
        return kind(name).name().equals(Cgp.NAME);
    }

    /**
     * A fresh probe in float32 on the current backend, for tokens of one layer whose grid is not known; see
     * {@link #create(Backend, String, TokenLayout, int, ProbeOptions, long)}.
     */
    public static Probe create(String name, int dim, int classes, boolean hasCls, ProbeOptions options, long seed) {
        return create(Backends.current(), name, dim, classes, hasCls, options, seed);
    }

    /**
     * A fresh probe in float32 for tokens of one layer whose grid is not known; see
     * {@link #create(Backend, String, TokenLayout, int, ProbeOptions, long)}.
     */
    public static Probe create(
            Backend backend, String name, int dim, int classes, boolean hasCls, ProbeOptions options, long seed) {
        return create(backend, name, new TokenLayout(dim, 0, hasCls), classes, options, seed);
    }

    /**
     * A fresh probe in float32, initialised as the paper's (section 4.1): prototypes N(0, 0.02²), attention queries
     * N(0, 0.02²), linear and convolution layers uniform within 1/√inputs, unless the probe says otherwise.
     *
     * @param name one of {@link #names()}
     * @param layout the tokens it will see
     * @param classes number of classes
     * @param seed decides every parameter
     * @throws IllegalArgumentException if the name, a size or an option is wrong
     */
    public static Probe create(
            Backend backend, String name, TokenLayout layout, int classes, ProbeOptions options, long seed) {
        Kind kind = kind(name);
        if (classes < 1) {
            throw new IllegalArgumentException("probe " + name + ": classes must be at least 1: " + classes);
        }
        options.only(name, kind.options());
        return kind.fresh().make(name, new Size(layout, classes), options, new Init(backend, seed));
    }

    /**
     * A probe with given parameters, which may be of any floating type and on any backend. The memory is shared. Sizes
     * come from the parameters' shapes; an option that states a size must agree.
     *
     * @param parameters parameters and, where the probe has them, buffers
     * @param hasCls whether the encoder gives a cls token; decides what {@code linear} and {@code mlp} look at
     * @throws IllegalArgumentException if a parameter is missing, unknown or of a wrong shape
     */
    public static Probe of(String name, Map<String, Tensor> parameters, boolean hasCls, ProbeOptions options) {
        Kind kind = kind(name);
        ParameterMap map = new ParameterMap(name, parameters);
        Probe probe = kind.given().make(name, hasCls, options.only(name, kind.options()), map);
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

    /**
     * The batch's cls tokens.
     *
     * @throws IllegalArgumentException if it has none
     */
    static Tensor cls(Probe probe, TokenBatch batch) {
        if (batch.cls() == null) {
            throw new IllegalArgumentException(
                    "probe " + probe.name() + ": it was made for tokens with a cls token, the batch has none: use a"
                            + " probe that pools patch tokens (linear-mean), or tokens of the encoder"
                            + " it was trained on");
        }
        return batch.cls();
    }

    private static Kind kind(String name) {
        for (Kind k : KINDS) {
            if (k.name().equals(name)) {
                return k;
            }
        }
        throw new IllegalArgumentException(
                "probe: '" + name + "' is not known: there are " + String.join(", ", names()));
    }
}
