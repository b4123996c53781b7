package org.unmute.bench.gpu;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.unmute.bench.gpu.rows.Case;
import org.unmute.bench.gpu.rows.Case.Work;
import org.unmute.bench.peer.PeerException;
import org.unmute.bench.table.PipeTable;
import org.unmute.bench.table.Statistics;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.Profiled;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.WorkProfile;
import org.unmute.tensor.backend.WorkProfile.Unit;

/**
 * Times the rows on the device, in PyTorch and in compiled PyTorch, interleaved over several rounds; medians count.
 * Results are first compared with PyTorch's or, without PyTorch, with the CPU's.
 */
final class Timings {
    private static final int ROUNDS = 5;
    private static final int MAX_RUNS = 2000;
    private static final int MAX_MESSAGE = 120;

    private final RowRunner rows;
    private final Backend backend;
    private final TorchSession torch;
    private final double roundNanos;
    private final View marker;

    /**
     * Times on a device.
     *
     * @param roundSeconds min duration of a round
     */
    Timings(Backends.Choice device, TorchSession torch, double roundSeconds) {
        rows = new RowRunner(device);
        backend = device.backend();
        this.torch = torch;
        roundNanos = 1e9 * roundSeconds;
        marker = backend.allocate(DType.F32, Shape.of(1));
    }

    /** Times a row. */
    CheckResult time(Case c) {
        try {
            return rows.onDevice(c, (b, work) -> row(c, b, work));
        } finally {
            torch.release();
        }
    }

    private CheckResult row(Case c, Backend on, Work work) {
        Map<String, float[]> ours = work.results();
        List<String> notes = new ArrayList<>();
        boolean good = true;
        Timed[] ways = {count -> time(work, count), null, null};
        if (torch.isWanted()) {
            try {
                good = compare(c, "PyTorch", ours, torch.prepare(c), notes);
                ways[1] = count -> torch.time(false, count);
                if (torch.compiles()) {
                    good &= compare(c, "compiled", ours, torch.compile(c), notes);
                    ways[2] = count -> torch.time(true, count);
                }
            } catch (PeerException e) {
                notes.add((ways[1] == null ? "PyTorch: " : "torch.compile: ") + brief(e));
            }
        }
        if (ways[1] == null) {
            good = compare(c, "the CPU", ours, rows.onCpu(c), notes);
        }
        WorkProfile.Entry most = most(on, work);
        double[] times = time(notes, ways);
        return new CheckResult(
                c.id(),
                most == null ? "" : most.kernel(),
                most == null ? Unit.FLOAT32 : most.unit(),
                times[0],
                times[1],
                times[2],
                String.join("; ", notes),
                good);
    }

    /** The beginning of a message; the whole one is in the log. */
    private static String brief(PeerException e) {
        String all = String.valueOf(e.getMessage());
        System.err.println("PyTorch: " + all);
        return all.length() <= MAX_MESSAGE ? all : all.substring(0, MAX_MESSAGE) + " ...";
    }

    /** The kernel that does most of the arithmetic, or the most frequent one; null if the device does not tell. */
    private static WorkProfile.Entry most(Backend on, Work work) {
        if (!(on instanceof Profiled profiled)) {
            return null;
        }
        profiled.profile().reset();
        work.run();
        return profiled.profile().entries().stream()
                .max(Comparator.comparingLong(WorkProfile.Entry::operations)
                        .thenComparingLong(WorkProfile.Entry::launches))
                .orElse(null);
    }

    private static boolean compare(
            Case c, String with, Map<String, float[]> ours, Map<String, float[]> theirs, List<String> notes) {
        double worst = RowRunner.difference(ours, theirs);
        boolean good = worst <= c.tolerance();
        notes.add(PipeTable.format("%s%s: %.1e", good ? "" : "DIFFERS from ", with, worst));
        return good;
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
                    notes.add("PyTorch was not timed: " + brief(e));
                    all[i] = null;
                }
            }
        }
        double[] medians = new double[all.length];
        for (int i = 0; i < all.length; i++) {
            medians[i] = all[i] == null ? Double.NaN : Statistics.median(times[i]);
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
        backend.download(marker, View.dense(HostBuffer.wrap(one), marker.shape()));
        long begun = System.nanoTime();
        for (int i = 0; i < count; i++) {
            work.run();
        }
        backend.download(marker, View.dense(HostBuffer.wrap(one), marker.shape()));
        return System.nanoTime() - begun;
    }
}
