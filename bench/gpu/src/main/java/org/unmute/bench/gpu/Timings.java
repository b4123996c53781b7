package org.unmute.bench.gpu;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.bench.gpu.Case.Work;
import org.unmute.bench.peer.PeerException;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/**
 * Times the rows on the device, in PyTorch and in compiled PyTorch, interleaved over several rounds; medians count.
 * Results are first compared with PyTorch's or, without PyTorch, with the CPU's.
 */
final class Timings {
    private static final int ROUNDS = 5;
    private static final String PRECISION = "unmute.precision";
    private static final int MAX_RUNS = 2000;

    private final Backends.Choice device;
    private final Torch torch;
    private final boolean compile;
    private final double roundNanos;
    private final PrintWriter progress;
    private final View marker;

    /**
     * Times on a device.
     *
     * @param torch null without PyTorch
     * @param compile whether to time torch.compile, too
     * @param roundSeconds min duration of a round
     */
    Timings(Backends.Choice device, Torch torch, boolean compile, double roundSeconds, PrintWriter progress) {
        this.device = device;
        this.torch = torch;
        this.compile = compile;
        roundNanos = 1e9 * roundSeconds;
        this.progress = progress;
        marker = device.backend().allocate(DType.F32, Shape.of(1));
    }

    List<CheckResult> all(List<Case> cases) {
        List<CheckResult> rows = new ArrayList<>();
        for (Case c : cases) {
            progress.println("timing " + c.name());
            rows.add(row(c));
        }
        return rows;
    }

    private CheckResult row(Case c) {
        if (c.precision().equals(Case.FP32)) {
            return row(c, device);
        }
        // A device's backend keeps the precision that it was opened with.
        String before = System.setProperty(PRECISION, c.precision());
        try {
            Backends.Choice rounding = Backends.open(device.backend().name(), 0);
            try {
                return row(c, rounding);
            } finally {
                Backends.use(device);
                rounding.backend().close();
            }
        } finally {
            System.setProperty(PRECISION, before == null ? Case.FP32 : before);
        }
    }

    private CheckResult row(Case c, Backends.Choice on) {
        Backends.use(on);
        try (Work work = c.opening().apply(on.backend())) {
            Map<String, float[]> ours = work.results();
            List<String> notes = new ArrayList<>();
            boolean good = true;
            Timed[] ways = {count -> time(work, count), null, null};
            if (torch != null) {
                try {
                    good = compare(c, "PyTorch", ours, torch.prepare(c), notes);
                    ways[1] = count -> torch.time(false, count);
                    if (compile) {
                        good &= compare(c, "compiled", ours, torch.compile(), notes);
                        ways[2] = count -> torch.time(true, count);
                    }
                } catch (PeerException e) {
                    notes.add((ways[1] == null ? "PyTorch: " : "torch.compile: ") + e.getMessage());
                }
            }
            if (ways[1] == null) {
                good = compare(c, "the CPU", ours, onCpu(c), notes);
            }
            double[] times = time(notes, ways);
            return new CheckResult(c, times[0], times[1], times[2], String.join("; ", notes), good);
        } catch (RuntimeException | OutOfMemoryError e) {
            progress.println("FAILED " + c.name() + ": " + e);
            return new CheckResult(
                    c,
                    Double.NaN,
                    Double.NaN,
                    Double.NaN,
                    "failed: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    false);
        } finally {
            release();
        }
    }

    private void release() {
        try {
            if (torch != null) {
                torch.release();
            }
        } catch (PeerException e) {
            progress.println("PyTorch: " + e.getMessage());
        }
    }

    private Map<String, float[]> onCpu(Case c) {
        Backends.Choice cpu = Backends.open("cpu", 0);
        Backends.use(cpu);
        try (Work work = c.opening().apply(cpu.backend())) {
            return work.results();
        } finally {
            Backends.use(device);
            cpu.backend().close();
        }
    }

    private boolean compare(
            Case c, String with, Map<String, float[]> ours, Map<String, float[]> theirs, List<String> notes) {
        double worst = 0;
        for (Map.Entry<String, float[]> e : ours.entrySet()) {
            worst = Math.max(worst, difference(e.getValue(), theirs.get(e.getKey())));
        }
        boolean good = worst <= c.tolerance();
        notes.add(String.format(Locale.ROOT, "%s%s: %.1e", good ? "" : "DIFFERS from ", with, worst));
        if (!good) {
            progress.println("FAILED " + c.name() + ": differs from " + with + " by " + worst
                    + " of the max value, allowed are " + c.tolerance());
        }
        return good;
    }

    /** Max difference relative to the max absolute value; infinite if a value is NaN or the lengths differ. */
    static double difference(float[] a, float[] b) {
        if (b == null || a.length != b.length) {
            return Double.POSITIVE_INFINITY;
        }
        double max = 0;
        double scale = 0;
        for (int i = 0; i < a.length; i++) {
            double d = Math.abs((double) a[i] - b[i]);
            max = d <= max ? max : Double.isNaN(d) ? Double.POSITIVE_INFINITY : d;
            scale = Math.max(scale, Math.abs(b[i]));
        }
        return max == 0 ? 0 : max / scale;
    }

    /** Nanoseconds of a number of runs. */
    private interface Timed {
        long nanos(int count) throws PeerException;
    }

    /** Median nanoseconds of a run of each, interleaved; NaN for what is null or fails. */
    private double[] time(List<String> notes, Timed[] all) {
        double[][] times = new double[all.length][ROUNDS];
        int[] runs = new int[all.length];
        for (int round = -1; round < ROUNDS; round++) {
            for (int i = 0; i < all.length; i++) {
                try {
                    if (all[i] != null && round < 0) {
                        runs[i] = runs(all[i]);
                    } else if (all[i] != null) {
                        times[i][round] = all[i].nanos(runs[i]) / (double) runs[i];
                    }
                } catch (PeerException e) {
                    notes.add("PyTorch was not timed: " + e.getMessage());
                    all[i] = null;
                }
            }
        }
        double[] medians = new double[all.length];
        for (int i = 0; i < all.length; i++) {
            Arrays.sort(times[i]);
            medians[i] = all[i] == null ? Double.NaN : times[i][ROUNDS / 2];
        }
        return medians;
    }

    /** The number of runs that fill a round; finding it is the warm-up. */
    private int runs(Timed timed) throws PeerException {
        timed.nanos(1);
        int count = 1;
        for (double nanos = timed.nanos(count); nanos < roundNanos && count < MAX_RUNS; nanos = timed.nanos(count)) {
            count = (int) Math.clamp(
                    Math.ceil(count * roundNanos / Math.max(1, nanos)), count + 1.0, Math.min(MAX_RUNS, 10.0 * count));
        }
        return count;
    }

    /** A device executes calls in order, whichever backend made them, so downloading one number waits for all work. */
    private long time(Work work, int count) {
        float[] one = new float[1];
        Backend b = device.backend();
        b.download(marker, View.dense(HostBuffer.wrap(one), marker.shape()));
        long begun = System.nanoTime();
        for (int i = 0; i < count; i++) {
            work.run();
        }
        b.download(marker, View.dense(HostBuffer.wrap(one), marker.shape()));
        return System.nanoTime() - begun;
    }
}
