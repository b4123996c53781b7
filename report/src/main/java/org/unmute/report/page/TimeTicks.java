package org.unmute.report.page;

import java.util.ArrayList;
import java.util.List;

/** Labels of a time axis. */
public final class TimeTicks {
    private static final double[] STEPS = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 3600};
    private static final int MAX_LABELS = 7;

    private TimeTicks() {}

    /** At most about seven labels at round times from 0 to {@code seconds}. */
    public static List<AxisTick> of(double seconds) {
        double step = 0.1;
        for (double candidate : STEPS) {
            step = candidate;
            if (seconds / candidate <= MAX_LABELS) {
                break;
            }
        }
        List<AxisTick> ticks = new ArrayList<>();
        int decimals = step < 1 ? 1 : 0;
        for (int i = 0; i * step <= seconds + 1e-9; i++) {
            ticks.add(new AxisTick(i * step / seconds, i == 0 ? "0 s" : Html.number(i * step, decimals)));
        }
        return ticks;
    }
}
