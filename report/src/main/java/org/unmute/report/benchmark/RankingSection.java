package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.EncoderRanking;
import org.unmute.benchmark.results.EncoderRanking.Ranked;
import org.unmute.benchmark.results.Name;
import org.unmute.report.table.Table;
import org.unmute.report.table.TableCell;

/** The ranking of the encoders under each probe (Figure 6 of the paper). */
final class RankingSection {
    private RankingSection() {}

    static Optional<Section> of(ComparedRuns results) {
        EncoderRanking ranking = EncoderRanking.of(results);
        if (ranking.ranked().isEmpty()) {
            return Optional.empty();
        }
        List<String> columns =
                ranking.ranked().stream().map(r -> r.column().label()).toList();
        return Optional.of(new Section(
                "encoders", "Ranking of the encoders", List.of(new Block.DataTable(table(ranking, columns)))));
    }

    private static Table table(EncoderRanking ranking, List<String> columns) {
        TableBuilder table = new TableBuilder(
                TableBuilder.concat("Encoder", columns), "probe", "encoder", "rank", "mean", "datasets");
        List<int[]> ranks = ranking.ranked().stream().map(Ranked::ranks).toList();
        for (int e = 0; e < ranking.encoders().size(); e++) {
            Name encoder = ranking.encoders().get(e);
            List<TableCell> cells = new ArrayList<>();
            for (int c = 0; c < ranks.size(); c++) {
                Ranked ranked = ranking.ranked().get(c);
                int rank = ranks.get(c)[e];
                double mean = ranked.means()[e];
                cells.add(TableCell.of(rank == 0 ? "" : rank + " (" + CellFormat.percent(mean) + ")"));
                table.csv(
                        columns.get(c),
                        encoder.key(),
                        rank == 0 ? "" : rank,
                        mean,
                        ranked.datasets().stream().map(Name::key).collect(Collectors.joining(";")));
            }
            table.row("", encoder.title(), cells);
        }
        boolean same =
                ranking.ranked().stream().map(Ranked::datasets).distinct().count() == 1;

        return table.table(
                "encoders",
                "Rank of each encoder under each probe",
                "In brackets the mean test score in percent over "
                        + (same
                                ? ranking.ranked().getFirst().datasets().stream()
                                        .map(Name::title)
                                        .collect(Collectors.joining(", "))
                                : "the data sets that all encoders have finished with the probe; these differ between"
                                        + " probes, see the CSV file")
                        + ".");
    }
}
