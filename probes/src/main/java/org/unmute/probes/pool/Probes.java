package org.unmute.probes.pool;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.nn.Initializer;

/** Makes probes by name, fresh or from given parameters. Which there are is up to the {@link ProbeProvider}s. */
public final class Probes {
    /** The end of a message about a name that is not known: where probes come from that are not listed. */
    public static final String ELSEWHERE = "a probe in a jar of its own is known if UNMUTE_CLASSPATH names the jar when"
            + " ./unmute starts, or if a program has the jar on its class path";

    private Probes() {}

    /** Loaded on first use. */
    private static final class Loaded {
        static final Map<String, ProbeType> TYPES =
                byName(ServiceLoader.load(ProbeProvider.class, ProbeProvider.class.getClassLoader()).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList());
    }

    /**
     * The types of some providers by name: Unmute's own first, then by the providers' class names.
     *
     * @throws IllegalStateException if two types have the same name
     */
    static Map<String, ProbeType> byName(Collection<ProbeProvider> providers) {
        String own = Probes.class.getPackageName() + ".standard.";
        List<ProbeProvider> ordered = providers.stream()
                .sorted(Comparator.comparing(
                                (ProbeProvider p) -> !p.getClass().getName().startsWith(own))
                        .thenComparing(p -> p.getClass().getName()))
                .toList();
        Map<String, ProbeType> types = new LinkedHashMap<>();
        Map<String, ProbeProvider> origins = new LinkedHashMap<>();
        for (ProbeProvider provider : ordered) {
            for (ProbeType type : provider.probes()) {
                types.put(type.name(), type);
                ProbeProvider first = origins.put(type.name(), provider);
                if (first != null) {
                    throw new IllegalStateException("probe " + type.name() + ": provided by "
                            + first.getClass().getName() + " and by "
                            + provider.getClass().getName()
                            + ": rename one, or take one of the jars off the class path");
                }
            }
        }
        return types;
    }

    /** The names there are. */
    public static List<String> names() {
        return List.copyOf(Loaded.TYPES.keySet());
    }

    /** Those that can be trained row by row, with the option {@code rows=true}. */
    public static List<String> ofRows() {
        return names().stream()
                .filter(name -> type(name).options().contains("rows"))
                .toList();
    }

    /**
     * The type of a name.
     *
     * @throws IllegalArgumentException if there is no probe of that name
     */
    public static ProbeType type(String name) {
        ProbeType type = Loaded.TYPES.get(name);
        if (type == null) {
            throw new IllegalArgumentException(
                    "probe: '" + name + "' is not known: there are " + String.join(", ", names()) + "; " + ELSEWHERE);
        }
        return type;
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
     * A fresh probe in float32, initialized as the paper's (section 4.1): prototypes N(0, 0.02²), attention queries
     * N(0, 0.02²), linear and convolution layers uniform within 1/√inputs, unless the probe says otherwise.
     *
     * @param name one of {@link #names()}
     * @param layout the tokens it will see
     * @param classes number of classes
     * @param seed decides every parameter
     * @throws IllegalArgumentException if the name, a size or an option is wrong, an option has no effect on this
     *     probe, or the probe does not state all that it was made with, so that saving it would lose something
     */
    public static Probe create(
            Backend backend, String name, TokenLayout layout, int classes, ProbeOptions options, long seed) {
        return create(type(name), backend, layout, classes, options, seed);
    }

    static Probe create(
            ProbeType type, Backend backend, TokenLayout layout, int classes, ProbeOptions options, long seed) {
        String name = type.name();
        if (classes < 1) {
            throw new IllegalArgumentException("probe " + name + ": classes must be at least 1: " + classes);
        }
        options.requireOnly(name, type.options());
        Probe probe = made(
                type,
                options,
                () -> type.fresh().create(name, layout, classes, options, new Initializer(backend, seed)));
        requireReopening(type, probe, layout.cls());
        return probe;
    }

    private static Probe made(ProbeType type, ProbeOptions options, Supplier<Probe> maker) {
        Probe probe;
        try {
            probe = maker.get();
        } catch (LinkageError e) {
            throw new IllegalArgumentException(
                    "probe " + type.name() + ": its class does not fit this version of Unmute (" + e
                            + "): build its jar again",
                    e);
        }
        if (!probe.name().equals(type.name())) {
            throw new IllegalArgumentException("probe " + type.name() + ": its class calls itself '" + probe.name()
                    + "', under which a saved one would not be found: name() must be the type's");
        }
        if (type.hasNeighbours() != probe instanceof Remembering) {
            throw new IllegalArgumentException("probe " + type.name() + ": "
                    + (type.hasNeighbours() ? "its type has neighbours, but it keeps no clips" : "it keeps its clips")
                    + ": withNeighbours() on the type is for probes that are Remembering, and only for these");
        }
        if (!(type.fresh() instanceof SourceMaker)) {
            options.requireStated(probe);
        }
        return probe;
    }

    /**
     * Checks that what the probe states makes the same probe again, as opening a saved one does: whoever notices only
     * then has lost its training. The parameters are shared, not copied.
     */
    private static void requireReopening(ProbeType type, Probe probe, boolean hasCls) {
        Map<String, Tensor> all = new LinkedHashMap<>(probe.parameters());
        all.putAll(probe.buffers());
        ProbeOptions again;
        try {
            again = of(type, all, hasCls, probe.options()).options();
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "probe " + probe.name() + ": a saved one could not be opened: from its own parameters and options ["
                            + probe.options() + "] it cannot be made: " + e.getMessage(),
                    e);
        }
        if (!again.equals(probe.options())) {
            throw new IllegalArgumentException("probe " + probe.name() + ": it states the options [" + probe.options()
                    + "], and made again from these and its parameters it states [" + again
                    + "]: a saved probe would not be what was trained");
        }
    }

    /**
     * A probe with given parameters, which may be of any floating type and on any backend. The memory is shared. Sizes
     * come from the parameters' shapes; an option that states a size must agree.
     *
     * @param parameters parameters and, where the probe has them, buffers
     * @param hasCls whether the encoder gives a cls token; decides what {@code linear} and {@code mlp} pool
     * @throws IllegalArgumentException if a parameter is missing, unknown or of a wrong shape, or an option is wrong or
     *     has no effect on this probe
     */
    public static Probe of(String name, Map<String, Tensor> parameters, boolean hasCls, ProbeOptions options) {
        return of(type(name), parameters, hasCls, options);
    }

    static Probe of(ProbeType type, Map<String, Tensor> parameters, boolean hasCls, ProbeOptions options) {
        String name = type.name();
        options.requireOnly(name, type.options());
        ParameterMap map = new ParameterMap(name, parameters);
        Probe probe = made(type, options, () -> type.restored().create(name, hasCls, options, map));
        map.requireAllTaken();
        return probe;
    }
}
