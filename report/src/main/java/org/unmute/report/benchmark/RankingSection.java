package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.unmute.experiments.results.EncoderRanking;
import org.unmute.experiments.results.EncoderRanking.Ranked;
import org.unmute.experiments.results.Name;
import org.unmute.experiments.results.Results;
import org.unmute.report.chart.RankingChart;
import org.unmute.report.chart.SeriesStyles;
import org.unmute.report.drawing.Caption;
import org.unmute.report.table.Table;
import org.unmute.report.table.TableCell;
import org.unmute.report.table.TableRow;

/** The ranking of the encoders under each probe (Figure 6 of the paper). */
final class RankingSection {
    private RankingSection() {}

    static Optional<Section> of(Results results) {
        EncoderRanking ranking = EncoderRanking.of(results);
        if (ranking.ranked().isEmpty()) {
            return Optional.empty();
        }
        List<String> columns =
                ranking.ranked().stream().map(r -> r.column().label()).toList();
        List<RankingChart.Contestant> contestants = IntStream.range(
                        0, ranking.encoders().size())
                .mapToObj(e -> new RankingChart.Contestant(
                        ranking.encoders().get(e).title(),
                        SeriesStyles.at(e),
                        ranking.ranked().stream().mapToDouble(r -> r.means()[e]).toArray()))
                .toList();
        RankingChart chart = new RankingChart(
                new Caption(
                        "Encoders under each probe",
                        "By the mean test score over the data sets that all encoders have finished with the"
                                + " probe, best on top."),
                columns,
                contestants);
        return Optional.of(new Section(
                "encoders",
                "Ranking of the encoders",
                List.of(new Block.Figure("encoders", chart, true), new Block.DataTable(table(ranking, columns)))));
    }

    private static Table table(EncoderRanking ranking, List<String> columns) {
        List<String> headings = new ArrayList<>(List.of("Encoder"));
        headings.addAll(columns);
        List<int[]> ranks = ranking.ranked().stream()
                .map(r -> RankingChart.ranks(r.means()))
                .toList();
        List<TableRow> rows = new ArrayList<>();
        List<List<String>> csv = new ArrayList<>();
        csv.add(List.of("probe", "encoder", "rank", "mean", "datasets"));
        for (int e = 0; e < ranking.encoders().size(); e++) {
            List<TableCell> cells = new ArrayList<>();
            for (int c = 0; c < ranks.size(); c++) {
                Ranked ranked = ranking.ranked().get(c);
                int rank = ranks.get(c)[e];
                TableCell cell = rank == 0
                        ? TableCell.NONE
                        : TableCell.of(rank + " (" + CellFormat.percent(ranked.means()[e]) + ")");
                cells.add(rank == 1 ? cell.asBest() : cell);
                csv.add(List.of(
                        columns.get(c),
                        ranking.encoders().get(e).key(),
                        rank == 0 ? "" : "" + rank,
                        CellFormat.full(ranked.means()[e]),
                        ranked.datasets().stream().map(Name::key).collect(Collectors.joining(";"))));
            }
            rows.add(TableRow.of("", ranking.encoders().get(e).title(), cells));
        }
        boolean same =
                ranking.ranked().stream().map(Ranked::datasets).distinct().count() == 1;
        return new Table(
                "encoders",
                "Rank of each encoder under each probe",
                "In brackets the mean test score in percent over "
                        + (same
                                ? ranking.ranked().getFirst().datasets().stream()
                                        .map(Name::title)
                                        .collect(Collectors.joining(", "))
                                : "the data sets that all encoders have finished with the probe; these differ between"
                                        + " probes, see the CSV file")
                        + ".",
                headings,
                rows,
                csv);
    }
}
