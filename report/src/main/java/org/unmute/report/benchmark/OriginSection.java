package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.ComparedRuns.Setting;
import org.unmute.benchmark.results.Entry;
import org.unmute.benchmark.results.FinishedCell;
import org.unmute.benchmark.results.ResultFolder;
import org.unmute.report.page.Fact;
import org.unmute.report.table.Table;
import org.unmute.report.table.TableCell;

/** The origin of the results: runs, settings, missing cells, and the hyperparameters that the search chose. */
final class OriginSection {
    private OriginSection() {}

    static Section of(ComparedRuns results) {
        List<Block> blocks = new ArrayList<>();
        for (ResultFolder run : results.runs()) {
            List<Fact> facts = new ArrayList<>();
            facts.add(new Fact("Run", String.valueOf(run.folder())));
            facts.add(new Fact(
                    "Cells",
                    run.cells().size() + " finished, " + run.unfinished().size() + " of "
                            + run.grid().planned().size() + " planned are not"));
            facts.add(new Fact("Version", run.grid().version()));
            run.grid().settings().forEach((name, value) -> facts.add(new Fact(name, value)));
            blocks.add(new Block.Facts(facts));
        }
        results.remarks().forEach(r -> blocks.add(new Block.Paragraph(r)));
        if (!results.missing().isEmpty()) {
            blocks.add(new Block.Collapsible(
                    "Not finished: " + results.missing().size() + " of " + results.planned() + " planned cells",
                    results.missing().size() <= 20,
                    List.of(new Block.Paragraph(String.join(", ", results.missing())))));
        }
        blocks.add(new Block.Collapsible(
                "Chosen hyperparameters", false, List.of(new Block.DataTable(settings(results)))));
        blocks.add(new Block.Paragraph(
                "Beside this page, tables/ has each table as CSV (all digits), Markdown and LaTeX (booktabs),"
                        + " figures/ each figure as SVG and CSV."));
        return new Section("origin", "How this was made", blocks);
    }

    private static Table settings(ComparedRuns results) {
        TableBuilder table = new TableBuilder(
                List.of("Probe", "options", "learning rate", "weight decay", "trials", "seeds", "validation"),
                "dataset",
                "encoder",
                "probe",
                "lr",
                "weight_decay",
                "trials",
                "pruned",
                "seeds",
                "train_clips",
                "validation_clips",
                "test_clips",
                "options",
                "encoder_settings");
        for (Setting s : results.settings()) {
            Stream<FinishedCell> variants = results.variants().stream()
                    .map(Entry::cell)
                    .filter(c -> c.encoder().key().equals(s.encoder().key())
                            && c.dataset().key().equals(s.dataset().key()));
            Stream.concat(results.entries(s).stream().map(Entry::cell), variants)
                    .forEach(c -> row(table, c));
        }
        return table.table(
                "hyperparameters",
                "Hyperparameters that the search chose",
                "Trials, in brackets those that were stopped early; validation in percent over the seeds.");
    }

    private static void row(TableBuilder table, FinishedCell c) {
        FinishedCell.Search search = c.search();
        String options = joined(c.options());
        table.row(
                c.dataset().title() + ", " + c.encoder().title(),
                c.probe(),
                List.of(
                        TableCell.of(options),
                        TableCell.of(CellFormat.scientific(search.learningRate())),
                        TableCell.of(CellFormat.scientific(search.weightDecay())),
                        TableCell.of(search.trials() + " (" + search.pruned() + ")"),
                        TableCell.of("" + c.seeds().size()),
                        CellFormat.cell(c.validation())));
        table.csv(
                c.dataset().key(),
                c.encoder().key(),
                c.probe(),
                search.learningRate(),
                search.weightDecay(),
                search.trials(),
                search.pruned(),
                c.seeds().size(),
                c.clips().train(),
                c.clips().validation(),
                c.clips().test(),
                options,
                joined(c.encoderSettings()));
    }

    private static String joined(Map<String, String> options) {
        return options.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(" "));
    }
}
