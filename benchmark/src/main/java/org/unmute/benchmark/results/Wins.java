package org.unmute.benchmark.results;

import java.util.List;

/**
 * How often each probe beats each other probe, over all settings in which both have a score and a standard deviation.
 *
 * @param columns  the probes
 * @param rule     when a probe wins
 * @param wins     {@code [row, column]}: settings in which the row beats the column
 * @param contests {@code [row, column]}: settings in which the two were compared; those without a winner are ties
 * @param skipped  pairs that could not be compared, because a cell has a single seed or no score
 */
public record Wins(List<Column> columns, WinRule rule, int[][] wins, int[][] contests, int skipped) {

    /** Compares all pairs. */
    public static Wins of(ComparedRuns results, WinRule rule) {
        List<Column> columns = results.columns();
        int n = columns.size();
        int[][] wins = new int[n][n];
        int[][] contests = new int[n][n];
        int skipped = 0;
        for (ComparedRuns.Setting setting : results.settings()) {
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < i; j++) {
                    var a = results.find(setting.encoder(), setting.dataset(), columns.get(i))
                            .map(e -> e.cell().test());
                    var b = results.find(setting.encoder(), setting.dataset(), columns.get(j))
                            .map(e -> e.cell().test());
                    if (a.isEmpty() || b.isEmpty()) {
                        continue;
                    }
                    if (!comparable(a.get()) || !comparable(b.get())) {
                        skipped++;
                        continue;
                    }
                    contests[i][j]++;
                    contests[j][i]++;
                    wins[i][j] += rule.wins(a.get(), b.get()) ? 1 : 0;
                    wins[j][i] += rule.wins(b.get(), a.get()) ? 1 : 0;
                }
            }
        }
        return new Wins(columns, rule, wins, contests, skipped);
    }

    private static boolean comparable(Score s) {
        return s.defined() && Double.isFinite(s.sd());
    }

    /** Whether anything could be compared. */
    public boolean empty() {
        for (int[] row : contests) {
            for (int c : row) {
                if (c > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Settings that a probe won, over all opponents. */
    public int won(int row) {
        int sum = 0;
        for (int c : wins[row]) {
            sum += c;
        }
        return sum;
    }

    /** Settings that a probe lost, over all opponents. */
    public int lost(int row) {
        int sum = 0;
        for (int[] other : wins) {
            sum += other[row];
        }
        return sum;
    }
}
