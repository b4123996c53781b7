package org.unmute.probes.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;

/**
 * An application server loads the modules in the class loader of an application and drops that loader when the
 * application stops.
 */
@FullBuild("starts virtual machines")
class UnloadingTest {
    @Test
    void afterClosingTheClassesCanBeUnloaded(@TempDir Path folder) throws Exception {
        Trained trained = Trained.in(folder);
        String out = run(trained, folder, true);
        assertThat(out).contains("used vector with workers").contains("unloaded");
    }

    /** Shows that the test above can fail, and why {@code Backends.close()} is needed. */
    @Test
    void withoutClosingTheWorkersKeepTheClasses(@TempDir Path folder) throws Exception {
        Trained trained = Trained.in(folder);
        String out = run(trained, folder, false);
        assertThat(out).contains("used vector with workers").contains("still loaded");
    }

    private static String run(Trained trained, Path folder, boolean close) throws Exception {
        Path test = Path.of(UnloadingTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        // Only this class is on the class path, so that the modules cannot come from another loader.
        Path alone = folder.resolve("host");
        for (String name : List.of("UnloadingTest$Host.class", "UnloadingTest$Application.class")) {
            Path to = (name.contains("Host") ? alone : folder.resolve("application"))
                    .resolve("org/unmute/probes/embedding")
                    .resolve(name);
            Files.createDirectories(to.getParent());
            Path from = test.resolve("org/unmute/probes/embedding").resolve(name);
            Files.copy(
                    Files.exists(from)
                            ? from
                            : Modules.root()
                                    .resolve("probes/target/test-classes/org/unmute/probes/embedding")
                                    .resolve(name),
                    to);
        }
        List<String> arguments = new ArrayList<>(List.of(
                "--add-modules",
                "jdk.incubator.vector",
                "-Dunmute.threads=3",
                "-cp",
                alone.toString(),
                Host.class.getName(),
                Boolean.toString(close),
                trained.checkpoint().toString(),
                trained.probe().toString(),
                trained.clip().toString(),
                folder.resolve("application").toString()));
        Modules.classes().forEach(c -> arguments.add(c.toString()));
        Modules.Ran ran = Modules.java(folder, arguments);
        assertThat(ran.status()).as(ran.errors()).isZero();
        return String.join("\n", ran.lines());
    }

    /** The server. */
    static final class Host {
        public static void main(String[] args) throws Exception {
            URL[] urls = new URL[args.length - 4];
            for (int i = 0; i < urls.length; i++) {
                urls[i] = Path.of(args[i + 4]).toUri().toURL();
            }
            WeakReference<ClassLoader> loader = use(urls, args);
            for (int i = 0; i < 60 && loader.get() != null; i++) {
                System.gc();
                Thread.sleep(50);
            }
            System.out.println(loader.get() == null ? "unloaded" : "still loaded");
        }

        private static WeakReference<ClassLoader> use(URL[] urls, String[] args) throws Exception {
            URLClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
            Runnable application = (Runnable) loader.loadClass("org.unmute.probes.embedding.UnloadingTest$Application")
                    .getConstructor(String[].class)
                    .newInstance((Object) args);
            // The server's own thread runs the application and continues afterwards.
            application.run();
            loader.close();
            return new WeakReference<>(loader);
        }
    }

    /** The application. */
    public static final class Application implements Runnable {
        private final String[] args;

        public Application(String[] args) {
            this.args = args;
        }

        @Override
        public void run() {
            try {
                var encoder = org.unmute.models.encoder.Encoders.open(Path.of(args[1]));
                var probe = org.unmute.probes.pool.TrainedProbe.open(Path.of(args[2]));
                for (int i = 0; i < 3; i++) {
                    probe.scores(encoder.encode(org.unmute.audio.Wav.read(Path.of(args[3]))));
                }
                long workers = Thread.getAllStackTraces().keySet().stream()
                        .filter(t -> t.getName().startsWith("unmute-"))
                        .count();
                System.out.println("used "
                        + org.unmute.tensor.backend.Backends.current().name() + (workers > 0 ? " with workers" : ""));
                if (Boolean.parseBoolean(args[0])) {
                    org.unmute.tensor.backend.Backends.close();
                }
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
