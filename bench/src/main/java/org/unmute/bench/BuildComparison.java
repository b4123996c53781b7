package org.unmute.bench;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Compares two builds of the vector backend in one JVM, interleaved call by call, so that other load on the machine
 * affects both alike. A separate class loader loads each build from its whole class path, with its own {@link
 * KernelCase}, so classes may have moved between the two. With one thread it measures the thread's CPU time, which is
 * less sensitive to other load than wall-clock time.
 */
public final class BuildComparison {
    private static final int MIN_ROUNDS = 7;
    private static final int MAX_ROUNDS = 400;

    private final boolean cpuTime;

    private BuildComparison(boolean cpuTime) {
        this.cpuTime = cpuTime;
    }

    /**
     * Prints a Markdown table of milliseconds per call and of ratios.
     *
     * @param args the class path of each build, number of threads, seconds per case, and a regular expression of {@link
     *     KernelCase} names
     */
    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        int threads = Integer.parseInt(args[2]);
        double seconds = Double.parseDouble(args[3]);
        Pattern wanted = Pattern.compile(args[4]);
        try (Build before = new Build(args[0], threads);
                Build after = new Build(args[1], threads)) {
            System.out.println("| case | before, ms | after, ms | after / before | middle half of the ratios |");
            System.out.println("|---|---|---|---|---|");
            for (String name : after.cases.keySet()) {
                if (!wanted.matcher(name).matches()) {
                    continue;
                }
                if (before.cases.containsKey(name)) {
                    new BuildComparison(threads == 1).compare(name, before.open(name), after.open(name), seconds);
                } else {
                    System.out.println("| " + name + " | not there | | | |");
                }
            }
        }
    }

    /** One build: its cases by name, and its vector backend. This class shares only names with it. */
    private static final class Build implements AutoCloseable {
        private final URLClassLoader loader;
        private final Map<String, Object> cases = new LinkedHashMap<>();
        private final AutoCloseable backend;
        private final Method on;

        Build(String classPath, int threads) throws IOException, ReflectiveOperationException {
            List<URL> urls = new ArrayList<>();
            for (String jar : classPath.split(File.pathSeparator)) {
                urls.add(Path.of(jar).toUri().toURL());
            }
            loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
            Class<?> kernelCase = loader.loadClass("org.unmute.bench.KernelCase");
            for (Object c : kernelCase.getEnumConstants()) {
                cases.put(((Enum<?>) c).name(), c);
            }
            Object choice = loader.loadClass("org.unmute.tensor.backend.Backends")
                    .getMethod("open", String.class, int.class)
                    .invoke(null, "vector", threads);
            backend = (AutoCloseable) choice.getClass().getMethod("backend").invoke(choice);
            on = kernelCase.getDeclaredMethod("on", loader.loadClass("org.unmute.tensor.backend.Backend"));
            on.setAccessible(true);
        }

        Runnable open(String name) throws ReflectiveOperationException {
            return (Runnable) on.invoke(cases.get(name), backend);
        }

        @Override
        public void close() throws IOException {
            try {
                backend.close();
            } catch (Exception e) {
                throw new IOException("the backend does not close", e);
            }
            loader.close();
        }
    }

    private void compare(String name, Runnable x, Runnable y, double seconds) {
        long start = System.nanoTime();
        int warm = 0;
        while (warm < 3 || System.nanoTime() - start < seconds * 1e9 / 2 && warm < 20_000) {
            x.run();
            y.run();
            warm++;
        }
        // Very short calls are timed in batches.
        double each = (System.nanoTime() - start) / 1e9 / (2 * warm);
        int batch = (int) Math.clamp(2e-3 / each, 1, 1000);
        int rounds = (int) Math.clamp(seconds / (2 * each * batch), MIN_ROUNDS, MAX_ROUNDS);
        double[] a = new double[rounds];
        double[] b = new double[rounds];
        double[] ratio = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            // The order alternates, since the second build finds the caches as the first left them.
            if (i % 2 == 0) {
                a[i] = time(x, batch);
                b[i] = time(y, batch);
            } else {
                b[i] = time(y, batch);
                a[i] = time(x, batch);
            }
            ratio[i] = b[i] / a[i];
        }
        Arrays.sort(a);
        Arrays.sort(b);
        Arrays.sort(ratio);
        System.out.printf(
                Locale.ROOT,
                "| %s | %.3f | %.3f | %.2f | %.2f to %.2f |%n",
                name,
                a[rounds / 2],
                b[rounds / 2],
                ratio[rounds / 2],
                ratio[rounds / 4],
                ratio[rounds * 3 / 4]);
    }

    private double time(Runnable call, int times) {
        long start = now();
        for (int i = 0; i < times; i++) {
            call.run();
        }
        return (now() - start) / 1e6 / times;
    }

    private long now() {
        ThreadMXBean thread = ManagementFactory.getThreadMXBean();
        return cpuTime ? thread.getCurrentThreadCpuTime() : System.nanoTime();
    }
}
