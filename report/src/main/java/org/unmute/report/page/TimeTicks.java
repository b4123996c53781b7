package org.unmute.report.page;

import java.util.ArrayList;
import java.util.List;

/** Labels of a time axis. */
public final class TimeTicks {
    private static final double[] STEPS = {
        0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400
    };
    private static final int MAX_LABELS = 7;
    /** Times from this many seconds are written as minutes and seconds. */
    private static final double CLOCK = 60;

    private TimeTicks() {}

    /** Labels at round times from 0 to {@code seconds}, about seven at most. */
    public static List<AxisTick> of(double seconds) {
        return of(0, seconds);
    }

    /** Labels at round times of a stretch of a recording in seconds, about seven at most. */
    public static List<AxisTick> of(double start, double end) {
        return of(start, end, MAX_LABELS);
    }

    /** Labels at round times of a stretch of a recording in seconds, about {@code max} at most. */
    public static List<AxisTick> of(double start, double end, int max) {
        double step = step(end - start, max);
        int decimals = step < 1 ? 1 : 0;
        List<AxisTick> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(start / step - 1e-9); i * step <= end + 1e-9; i++) {
            double at = i * step;
            String label = start >= CLOCK || end >= 10 * CLOCK
                    ? TimeText.clock(at, decimals)
                    : Html.number(at, decimals) + (ticks.isEmpty() ? " s" : "");
            ticks.add(new AxisTick((at - start) / (end - start), at == 0 ? "0 s" : label));
        }
        return ticks;
    }

    private static double step(double seconds, int max) {
        for (double candidate : STEPS) {
            if (seconds / candidate <= max) {
                return candidate;
            }
        }
        double days = STEPS[STEPS.length - 1];
        return days * Math.ceil(seconds / days / max);
    }
}
