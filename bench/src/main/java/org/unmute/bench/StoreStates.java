package org.unmute.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/**
 * Times kernels on two threads apart by what a store to a line of memory costs that the other core has read: on some
 * virtual machines that changes 25-fold every few seconds to minutes (experiments 82 and 100 to 103). Before and after
 * some calls of a kernel two threads write, and read what the other wrote. Calls count as slow if both times writing
 * took longer than twice the reading, as fast if it did neither time.
 */
public final class StoreStates {
    private static final int INTS = 1 << 19;
    private static final int ROUNDS = 25;
    private static final double BATCH_SECONDS = 0.1;
    private static final double WARM_UP_SECONDS = 4;

    private final int[][] memory = new int[2][INTS];
    private final AtomicInteger arrived = new AtomicInteger();
    private final List<Double> reads = new ArrayList<>();
    private final List<Double> fastWrites = new ArrayList<>();
    private final List<Double> slowWrites = new ArrayList<>();
    private volatile int sum;

    private StoreStates() {}

    /**
     * Prints a Markdown table of medians in milliseconds.
     *
     * @param args seconds a case, and a regular expression of {@link KernelCase} names
     */
    public static void main(String[] args) throws InterruptedException {
        double seconds = Double.parseDouble(args[0]);
        Pattern wanted = Pattern.compile(args[1]);
        StoreStates states = new StoreStates();
        System.out.println("| case | fast, ms | batches | slow, ms | batches |");
        System.out.println("|---|---|---|---|---|");
        try (Backend b = Backends.open("vector", 2).backend()) {
            for (KernelCase c : KernelCase.values()) {
                if (wanted.matcher(c.name()).matches()) {
                    states.time(c.name(), c.on(b), seconds);
                }
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%nStores to 2 MB that the other core has read: %s ms fast, %s ms slow; reading what it wrote: %s"
                        + " ms.%n",
                median(states.fastWrites),
                median(states.slowWrites),
                median(states.reads));
    }

    private void time(String name, Runnable call, double seconds) throws InterruptedException {
        calls(call, WARM_UP_SECONDS);
        List<Double> fast = new ArrayList<>();
        List<Double> slow = new ArrayList<>();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        boolean before = isSlow();
        while (System.nanoTime() < end) {
            double each = calls(call, BATCH_SECONDS);
            boolean after = isSlow();
            if (before == after) {
                (after ? slow : fast).add(each);
            }
            before = after;
        }
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %d | %s | %d |%n",
                name,
                median(fast),
                fast.size(),
                median(slow),
                slow.size());
    }

    /** Median of the calls of so many seconds, at least one. */
    private static double calls(Runnable call, double seconds) {
        List<Double> each = new ArrayList<>();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        do {
            long begun = System.nanoTime();
            call.run();
            each.add((System.nanoTime() - begun) / 1e6);
        } while (System.nanoTime() < end);
        return middle(each);
    }

    private boolean isSlow() throws InterruptedException {
        long[] nanos = new long[2];
        arrived.set(0);
        Thread other = Thread.ofPlatform().start(() -> writeAndRead(1, new long[2]));
        writeAndRead(0, nanos);
        other.join();
        boolean slow = nanos[0] > 2 * nanos[1];
        (slow ? slowWrites : fastWrites).add(nanos[0] / 1e6 / ROUNDS);
        reads.add(nanos[1] / 1e6 / ROUNDS);
        return slow;
    }

    /** @param nanos takes the time of writing and that of reading. Modified. */
    private void writeAndRead(int thread, long[] nanos) {
        int met = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long begun = System.nanoTime();
            Arrays.fill(memory[thread], round);
            nanos[0] += System.nanoTime() - begun;
            meet(++met);
            begun = System.nanoTime();
            int s = 0;
            for (int i : memory[1 - thread]) {
                s += i;
            }
            sum = s;
            nanos[1] += System.nanoTime() - begun;
            meet(++met);
        }
    }

    private void meet(int times) {
        arrived.incrementAndGet();
        while (arrived.get() < 2 * times) {
            Thread.onSpinWait();
        }
    }

    private static String median(List<Double> values) {
        return values.isEmpty() ? "–" : String.format(Locale.ROOT, "%.3f", middle(values));
    }

    private static double middle(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
