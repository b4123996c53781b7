package org.unmute.bench.gpu;

import java.util.Map;
import java.util.function.BiFunction;
import org.unmute.bench.gpu.rows.Case;
import org.unmute.bench.gpu.rows.Case.Work;
import org.unmute.bench.table.PipeTable;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/** Runs rows on the device, each in the precision that it asks for, and on the CPU. */
final class RowRunner {
    private static final String PRECISION = "unmute.precision";

    private final Backends.Choice device;

    RowRunner(Backends.Choice device) {
        this.device = device;
    }

    /** Opens a row's work on the device, gives both to {@code body} and closes the work. */
    <T> T onDevice(Case c, BiFunction<Backend, Work, T> body) {
        if (c.precision() == Case.Precision.FP32) {
            return run(c, device, body);
        }
        // A device's backend keeps the precision that it was opened with.
        String before = System.setProperty(PRECISION, c.precision().word());
        try {
            Backends.Choice rounding = Backends.open(device.backend().name(), 0);
            try {
                return run(c, rounding, body);
            } finally {
                Backends.use(device);
                rounding.backend().close();
            }
        } finally {
            System.setProperty(PRECISION, before == null ? Case.Precision.FP32.word() : before);
        }
    }

    private static <T> T run(Case c, Backends.Choice on, BiFunction<Backend, Work, T> body) {
        Backends.use(on);
        try (Work work = c.opening().apply(on.backend())) {
            return body.apply(on.backend(), work);
        }
    }

    /** The CPU's results of a row, in float32. */
    Map<String, float[]> onCpu(Case c) {
        Backends.Choice before = Backends.choice();
        Backends.Choice cpu = Backends.open("cpu", 0);
        try {
            return run(c, cpu, (b, work) -> work.results());
        } finally {
            Backends.use(before);
            cpu.backend().close();
        }
    }

    /**
     * Runs a row once.
     *
     * @throws AssertionError if its results are not the CPU's
     */
    void check(Case c) {
        double difference = difference(onDevice(c, (b, work) -> work.results()), onCpu(c));
        if (!(difference <= c.tolerance())) {
            throw new AssertionError(PipeTable.format(
                    "differs from the CPU by %.1e of the max value, allowed are %.1e", difference, c.tolerance()));
        }
    }

    /** Max difference of all results, each relative to its max absolute value. */
    static double difference(Map<String, float[]> ours, Map<String, float[]> theirs) {
        double worst = 0;
        for (Map.Entry<String, float[]> e : ours.entrySet()) {
            worst = Math.max(worst, difference(e.getValue(), theirs.get(e.getKey())));
        }
        return worst;
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
}
