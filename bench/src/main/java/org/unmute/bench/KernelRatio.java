package org.unmute.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import org.unmute.tensor.backend.Backend;

/**
 * Two builds of the vector backend side by side in one virtual machine, call by call in turn, so that what else runs on
 * the machine hits both alike. With one thread it counts the thread's processor time, which other programs disturb less
 * than the clock's.
 */
public final class KernelRatio {
    private static final String BACKEND = "org.unmute.kernels.vector.VectorBackend";
    private static final int LEAST_ROUNDS = 7;
    private static final int MOST_ROUNDS = 400;

    private final boolean processorTime;

    private KernelRatio(boolean processorTime) {
        this.processorTime = processorTime;
    }

    /**
     * Prints a Markdown table of milliseconds a call and of ratios.
     *
     * @param args the jar of each build, number of threads, seconds a case, and a regular expression of {@link
     *     KernelCase} names
     */
    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        int threads = Integer.parseInt(args[2]);
        double seconds = Double.parseDouble(args[3]);
        Pattern wanted = Pattern.compile(args[4]);
        try (URLClassLoader first = loader(args[0]);
                URLClassLoader second = loader(args[1]);
                Backend before = open(first, threads);
                Backend after = open(second, threads)) {
            System.out.println("| case | before, ms | after, ms | after / before | middle half of the ratios |");
            System.out.println("|---|---|---|---|---|");
            for (KernelCase c : KernelCase.values()) {
                if (wanted.matcher(c.name()).matches()) {
                    new KernelRatio(threads == 1).compare(c, before, after, seconds);
                }
            }
        }
    }

    private static URLClassLoader loader(String jar) throws IOException {
        return new URLClassLoader(new URL[] {Path.of(jar).toUri().toURL()}, KernelRatio.class.getClassLoader());
    }

    private static Backend open(ClassLoader from, int threads) throws ReflectiveOperationException {
        Class<?> type = Class.forName(BACKEND, true, from);
        if (type.getClassLoader() != from) {
            throw new IllegalStateException(
                    "kernel ratio: the vector backend is on the class path already: leave its jar out");
        }
        return (Backend) type.getConstructor(int.class).newInstance(threads);
    }

    private void compare(KernelCase c, Backend before, Backend after, double seconds) {
        Runnable x = c.on(before);
        Runnable y = c.on(after);
        long begun = System.nanoTime();
        int warm = 0;
        while (warm < 3 || System.nanoTime() - begun < seconds * 1e9 / 2 && warm < 20_000) {
            x.run();
            y.run();
            warm++;
        }
        // Very short calls are timed in bundles.
        double each = (System.nanoTime() - begun) / 1e9 / (2 * warm);
        int bundle = (int) Math.clamp(2e-3 / each, 1, 1000);
        int rounds = (int) Math.clamp(seconds / (2 * each * bundle), LEAST_ROUNDS, MOST_ROUNDS);
        double[] a = new double[rounds];
        double[] b = new double[rounds];
        double[] ratio = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            // Who comes first changes, since the second finds the caches as the first left them.
            if (i % 2 == 0) {
                a[i] = time(x, bundle);
                b[i] = time(y, bundle);
            } else {
                b[i] = time(y, bundle);
                a[i] = time(x, bundle);
            }
            ratio[i] = b[i] / a[i];
        }
        Arrays.sort(a);
        Arrays.sort(b);
        Arrays.sort(ratio);
        System.out.printf(
                Locale.ROOT,
                "| %s | %.3f | %.3f | %.2f | %.2f to %.2f |%n",
                c,
                a[rounds / 2],
                b[rounds / 2],
                ratio[rounds / 2],
                ratio[rounds / 4],
                ratio[rounds * 3 / 4]);
    }

    private double time(Runnable call, int times) {
        long begun = now();
        for (int i = 0; i < times; i++) {
            call.run();
        }
        return (now() - begun) / 1e6 / times;
    }

    private long now() {
        ThreadMXBean thread = ManagementFactory.getThreadMXBean();
        return processorTime ? thread.getCurrentThreadCpuTime() : System.nanoTime();
    }
}
