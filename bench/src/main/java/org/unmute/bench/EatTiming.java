package org.unmute.bench;

import java.util.Arrays;
import java.util.Locale;

/** Times the EAT-base network on one 10 s clip without JMH, for comparison with programs that JMH cannot run. */
public final class EatTiming {
    private EatTiming() {}

    /** Prints the median of {@code args[0]} forward passes in milliseconds, after warm-up. */
    public static void main(String[] args) {
        int runs = Integer.parseInt(args[0]);
        EatBenchmark eat = new EatBenchmark();
        eat.setUp();
        for (int i = 0; i < 12; i++) {
            eat.network();
        }
        double[] ms = new double[runs];
        for (int i = 0; i < runs; i++) {
            long begun = System.nanoTime();
            eat.network();
            ms[i] = (System.nanoTime() - begun) / 1e6;
        }
        Arrays.sort(ms);
        System.out.printf(Locale.ROOT, "%.1f%n", ms[runs / 2]);
    }
}
