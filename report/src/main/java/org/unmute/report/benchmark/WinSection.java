package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.unmute.benchmark.results.Column;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.WinRule;
import org.unmute.benchmark.results.Wins;
import org.unmute.report.chart.WinMatrix;
import org.unmute.report.drawing.Caption;
import org.unmute.report.table.Table;
import org.unmute.report.table.TableCell;

/** Pairwise wins (Figure 5 of the paper). */
final class WinSection {
    private WinSection() {}

    static Optional<Section> of(ComparedRuns results, WinRule rule) {
        if (results.columns().size() < 2) {
            return Optional.empty();
        }
        Wins wins = Wins.of(results, rule);
        List<Block> blocks = new ArrayList<>();
        if (wins.empty()) {
            blocks.add(new Block.Paragraph(
                    "No two probes can be compared: a win needs the standard deviation over at least two seeds"
                            + " of both."));
            return Optional.of(new Section("wins", "Wins", blocks));
        }
        List<String> names = results.columns().stream().map(Column::label).toList();
        String rest = wins.skipped() == 0
                ? ""
                : " " + wins.skipped() + " pairs are left out: a cell has a single seed or no score.";
        blocks.add(new Block.Figure(
                "wins",
                new WinMatrix(
                        new Caption(
                                "Pairwise wins",
                                "Settings (an encoder on a data set) in which the row beats the column: its mean is"
                                        + " above the column's by at least " + rule.words()
                                        + ". What neither wins is a tie." + rest),
                        names,
                        wins.wins(),
                        wins.contests()),
                true));
        blocks.add(new Block.DataTable(table(wins, names)));
        return Optional.of(new Section("wins", "Wins", blocks));
    }

    private static Table table(Wins wins, List<String> names) {
        TableBuilder table = new TableBuilder(
                List.of("Probe", "Won", "Lost", "Tied", "Won, %"),
                "row",
                "column",
                "wins",
                "losses",
                "ties",
                "contests",
                "rule");
        for (int i = 0; i < names.size(); i++) {
            int contests = 0;
            for (int j = 0; j < names.size(); j++) {
                int all = wins.contests()[i][j];
                contests += all;
                if (i != j) {
                    int won = wins.wins()[i][j];
                    int lost = wins.wins()[j][i];
                    String rule = wins.rule().name().toLowerCase(Locale.ROOT);
                    table.csv(names.get(i), names.get(j), won, lost, all - won - lost, all, rule);
                }
            }
            int won = wins.won(i);
            int lost = wins.lost(i);
            String share = contests == 0 ? "" : CellFormat.decimals(100.0 * won / contests, 1);
            table.row(
                    "",
                    names.get(i),
                    Stream.of("" + won, "" + lost, "" + (contests - won - lost), share)
                            .map(TableCell::of)
                            .toList());
        }
        return table.table("wins", "Comparisons won, lost and tied by each probe, over all opponents", "");
    }
}
