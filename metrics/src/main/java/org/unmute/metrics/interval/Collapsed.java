package org.unmute.metrics.interval;

import java.util.ArrayList;
import java.util.List;
import org.unmute.metrics.interval.StratifiedShare.Stratum;

/** Strata with a trial each. */
final class Collapsed {
    private Collapsed() {}

    /** Takes strata without trials together with their neighbours; empty strata are left out. */
    static List<Stratum> of(List<Stratum> strata) {
        List<Stratum> all = new ArrayList<>();
        Stratum open = new Stratum(0, 0, 0);
        for (Stratum s : strata) {
            open = together(open, s);
            if (open.trials() > 0) {
                all.add(open);
                open = new Stratum(0, 0, 0);
            }
        }
        if (open.size() > 0) {
            all.add(all.isEmpty() ? open : together(all.removeLast(), open));
        }
        return all;
    }

    private static Stratum together(Stratum a, Stratum b) {
        return new Stratum(a.size() + b.size(), a.trials() + b.trials(), a.successes() + b.successes());
    }
}
