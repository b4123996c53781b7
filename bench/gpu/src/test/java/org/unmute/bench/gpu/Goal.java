package org.unmute.bench.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.unmute.bench.gpu.rows.Case;
import org.unmute.bench.table.PipeTable;

/**
 * How long a row may take compared with PyTorch on the same card.
 *
 * @param row id of the row
 * @param than id of the row whose PyTorch it is compared with
 * @param max max of our time divided by PyTorch's
 */
record Goal(String row, String than, double max) {
    /** Seven tenths of the speed of cuBLAS or of PyTorch's fused attention. */
    private static final double LIBRARY = 1 / 0.7;

    /** All goals. */
    static final List<Goal> ALL = all();

    private static List<Goal> all() {
        List<Goal> goals = new ArrayList<>();
        for (String match : List.of("match-binary-j5270", "match-binary-j10540")) {
            goals.add(new Goal(match, match, 0.25));
            // Exact matching does twice the multiplications of one in bfloat16.
            goals.add(new Goal(match, match + "-bf16", 2));
        }
        goals.add(new Goal("eat-b16", "eat-b16", 0.6));
        for (String row :
                List.of("attention-b16 matmul-4096x4096 matmul-768x2304 matmul-768x768 matmul-768x3072 matmul-3072x768"
                        .split(" "))) {
            for (Case.Precision p : Case.Precision.values()) {
                goals.add(new Goal(row + p.suffix(), row + p.suffix(), LIBRARY));
            }
        }
        return List.copyOf(goals);
    }

    /** What the results say; empty if one of the two was not timed. */
    String judge(Map<String, CheckResult> results) {
        CheckResult ours = results.get(row);
        CheckResult theirs = results.get(than);
        if (ours == null || theirs == null || Double.isNaN(ours.nanos() / theirs.best())) {
            return "";
        }
        double share = ours.nanos() / theirs.best();
        return PipeTable.format(
                "goal %s: %s takes %.2f of PyTorch's time%s, at most %.2f is asked",
                share <= max ? "reached" : "missed", row, share, row.equals(than) ? "" : " in " + than, max);
    }
}
