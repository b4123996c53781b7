package org.unmute.tensor.backend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmute.files.Diagnosis;
import org.unmute.tensor.backend.BackendProvider.Availability;

/**
 * Finds the backends and chooses one. The choice is made once, on first use, and logged in one line; the system
 * properties {@code unmute.backend} (a name for {@link #open}) and {@code unmute.threads} control it.
 */
public final class Backends {
    private static final String VECTOR = "vector";
    private static final String VECTOR_MODULE = "org.unmute.kernels.vector";

    private static volatile @Nullable Choice current;

    private Backends() {}

    /**
     * A backend and why it was chosen.
     *
     * @param backend the backend, open
     * @param reason one line for users
     */
    public record Choice(Backend backend, String reason) {}

    /**
     * One device of a provider.
     *
     * @param name as given to {@code --device}
     * @param availability whether it can be used on this machine, and why or why not
     */
    public record Candidate(String name, Availability availability) {}

    /** All devices of all backends on the path, available or not, best first. */
    public static List<Candidate> candidates() {
        List<Candidate> all = new ArrayList<>();
        for (BackendProvider p : providers()) {
            List<Availability> devices = p.devices();
            for (int i = 0; i < devices.size(); i++) {
                all.add(new Candidate(i == 0 ? p.name() : p.name() + ":" + i, devices.get(i)));
            }
        }
        return all;
    }

    /** The backend on which new tensors are created by default. Opened on first use. */
    public static Backend current() {
        return choice().backend();
    }

    /** The scalar backend: on every machine, in Java arrays, in float64 and int32 too. There is one, never closed. */
    public static Backend exact() {
        return open("scalar", 1).backend();
    }

    /** The current backend and why it was chosen. */
    public static Choice choice() {
        Choice c = current;
        if (c == null) {
            synchronized (Backends.class) {
                c = current;
                if (c == null) {
                    c = open(
                            System.getProperty("unmute.backend", "auto"),
                            threads(System.getProperty("unmute.threads")));
                    current = c;
                    System.Logger.Level level = c.backend().name().equals("scalar")
                            ? System.Logger.Level.WARNING
                            : System.Logger.Level.DEBUG;
                    System.getLogger("org.unmute").log(level, c.reason());
                }
            }
        }
        return c;
    }

    /**
     * The value of the system property {@code unmute.threads}; 0 if it is not set.
     *
     * @throws IllegalArgumentException if it is not a number
     */
    static int threads(String property) {
        if (property == null || property.isBlank()) {
            return 0;
        }
        try {
            return Integer.parseInt(property.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "backend: system property unmute.threads is not a whole number: '" + property
                            + "': give 0 (all processors) or a number of threads",
                    e);
        }
    }

    /** Makes a backend the current one. Call it before the first tensor is created. */
    public static void use(Choice choice) {
        replaceCurrent(choice);
    }

    /**
     * Closes the current backend and waits until its threads have ended. Not needed before the process exits, because
     * they are daemon threads. A service that is unloaded while the process continues, as when an application server
     * redeploys it, calls this once its work is done, because idle threads would keep its classes in memory. Does
     * nothing if no backend was opened.
     *
     * <p>The next use opens a new backend. Encoders and probes loaded before are on the closed one, and using them
     * throws {@link IllegalStateException}: load them again. (The scalar backend has nothing to close, so encoders and
     * probes loaded on it continue to work.)
     */
    public static void close() {
        closeUnless(null, replaceCurrent(null));
    }

    private static synchronized @Nullable Choice replaceCurrent(@Nullable Choice next) {
        Choice before = current;
        current = next;
        return before;
    }

    /** Called without the lock, because a thread of the backend may need the lock before it can end. */
    private static void closeUnless(@Nullable Choice kept, @Nullable Choice c) {
        if (c != null && (kept == null || c.backend() != kept.backend())) {
            c.backend().close();
        }
    }

    /**
     * Begins a part of the program that may {@linkplain #use choose} its own backend. In a process that runs one job
     * after another, this ensures that a backend opened by a job does not outlive it.
     *
     * <pre>{@code
     * try (Backends.Scope _ = Backends.scope()) {
     *     Backends.use(Backends.open("cpu", 2));
     *     …
     * }
     * }</pre>
     */
    public static Scope scope() {
        return new Scope(current);
    }

    /**
     * On closing, restores the backend that was current when the scope began and closes the one that became current
     * inside it. The current backend belongs to the whole process, so scopes may nest but must not overlap in several
     * threads.
     */
    public static final class Scope implements AutoCloseable {
        private final @Nullable Choice outer;
        private boolean ended;

        private Scope(@Nullable Choice outer) {
            this.outer = outer;
        }

        @Override
        public void close() {
            if (!ended) {
                ended = true;
                closeUnless(outer, replaceCurrent(outer));
            }
        }
    }

    /**
     * Opens a backend.
     *
     * @param name a backend's name, optionally with {@code :n} for its n-th device, from 0; {@code cpu} for the best
     *     backend on the CPU; or {@code auto} for the best available one
     * @param threads number of worker threads; 0 for one per processor
     * @throws UnavailableException if the requested backend is not available; there is no fallback
     */
    public static Choice open(String name, int threads) {
        if (threads < 0) {
            throw new IllegalArgumentException("backend: threads must be 0 (all processors) or more: " + threads);
        }
        return name.equals("auto") || name.equals("cpu") ? best(name, threads) : named(name, threads);
    }

    private static Choice best(String name, int threads) {
        List<BackendProvider> all = providers().stream()
                .filter(p -> name.equals("auto") ? p.priority() >= 0 : p.isCpu())
                .toList();
        List<String> passed = new ArrayList<>();
        if (all.stream().noneMatch(p -> p.name().equals(VECTOR))) {
            passed.add(absence());
        }
        for (BackendProvider p : all) {
            Availability a = p.probe();
            if (a.available()) {
                String best = name.equals("auto") ? "best of those here" : "best on the processor";
                return choice(p.open(threads), passed.isEmpty() ? best : String.join("; ", passed));
            }
            passed.add(p.name() + " does not run here: " + a.reason());
        }
        throw new UnavailableException("no backend runs here: " + String.join("; ", passed));
    }

    private static Choice named(String name, int threads) {
        int colon = name.indexOf(':');
        String base = colon < 0 ? name : name.substring(0, colon);
        List<BackendProvider> all = providers();
        BackendProvider p = all.stream()
                .filter(x -> x.name().equals(base))
                .findFirst()
                .orElseThrow(() -> new UnavailableException("backend " + base + " is not known: there are "
                        + String.join(
                                ", ", all.stream().map(BackendProvider::name).toList())
                        + (base.equals(VECTOR)
                                ? "; " + absence()
                                : "; others need the jar of their module on the class path or module path")));
        int device = colon < 0 ? 0 : device(name, name.substring(colon + 1));
        List<Availability> devices = p.devices();
        if (device >= devices.size() && devices.stream().anyMatch(Availability::available)) {
            throw new UnavailableException(
                    "backend " + base + " has no device " + device + ": there are " + listed(base, devices));
        }
        device = Math.min(device, devices.size() - 1);
        if (!devices.get(device).available()) {
            throw new UnavailableException("backend " + name + " does not run here: "
                    + devices.get(device).reason());
        }
        return choice(p.open(device, threads), "asked for");
    }

    private static String listed(String base, List<Availability> devices) {
        return IntStream.range(0, devices.size())
                .mapToObj(i -> base + ":" + i + " (" + devices.get(i).reason() + ")")
                .collect(Collectors.joining(", "));
    }

    private static Choice choice(Backend b, String why) {
        return new Choice(b, "backend " + b.name() + ": " + b.describe() + " (" + why + ")");
    }

    private static int device(String name, String number) {
        try {
            return Integer.parseUnsignedInt(number);
        } catch (NumberFormatException e) {
            throw new UnavailableException(
                    "backend " + name + " is not known: after the colon comes a device's number, from 0");
        }
    }

    /** Why the service loader does not find the vector backend, and what to do, by how the program was packed. */
    private static String absence() {
        Class<?> here = BackendProvider.class;
        boolean linked = here.getModule().isNamed()
                && ModuleLayer.boot()
                        .configuration()
                        .findModule(here.getModule().getName())
                        .flatMap(m -> m.reference().location())
                        .filter(place -> place.getScheme().equals("jrt"))
                        .isPresent();
        if (linked) {
            return "the vector backend is not linked into this Java: give jlink --add-modules " + VECTOR_MODULE
                    + ", next to your own module";
        }
        String provider = VECTOR_MODULE.replace('.', '/') + "/VectorBackendProvider.class";
        if (here.getClassLoader().getResource(provider) != null) {
            return "the vector backend is in this jar, but META-INF/services/" + here.getName()
                    + " does not list it: merge the files of META-INF/services where jars are packed into one"
                    + " (maven-shade-plugin: ServicesResourceTransformer)";
        }
        return "the vector backend is missing: add the artifact unmute-kernels-vector to the class path or module path";
    }

    private static List<BackendProvider> providers() {
        return ServiceLoader.load(BackendProvider.class, BackendProvider.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparingInt(BackendProvider::priority)
                        .reversed()
                        .thenComparing(BackendProvider::name))
                .toList();
    }

    /** The requested backend is not available. */
    public static final class UnavailableException extends RuntimeException implements Diagnosis.Explained {
        private static final long serialVersionUID = 1;

        UnavailableException(String message) {
            super(message);
        }

        @Override
        public Diagnosis.Kind kind() {
            return Diagnosis.Kind.DEVICE;
        }
    }
}
