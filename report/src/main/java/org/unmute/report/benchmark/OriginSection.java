package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.unmute.experiments.results.Entry;
import org.unmute.experiments.results.ResultCell;
import org.unmute.experiments.results.Results;
import org.unmute.experiments.results.RunFolder;
import org.unmute.report.page.Fact;
import org.unmute.report.table.Table;
import org.unmute.report.table.TableCell;
import org.unmute.report.table.TableRow;

/** How the results were made: runs, settings, missing cells, and the hyperparameters that the search chose. */
final class OriginSection {
    private OriginSection() {}

    static Section of(Results results) {
        List<Block> blocks = new ArrayList<>();
        for (RunFolder run : results.runs()) {
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
                        + " figures/ each figure as SVG, PNG and CSV."));
        return new Section("origin", "How this was made", blocks);
    }

    private static Table settings(Results results) {
        List<TableRow> rows = new ArrayList<>();
        List<List<String>> csv = new ArrayList<>();
        csv.add(List.of(
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
                "encoder_settings"));
        List<Entry> all = new ArrayList<>();
        results.settings().forEach(s -> {
            all.addAll(results.entries(s));
            results.variants().stream()
                    .filter(v -> v.cell().encoder().key().equals(s.encoder().key())
                            && v.cell().dataset().key().equals(s.dataset().key()))
                    .forEach(all::add);
        });
        for (Entry e : all) {
            ResultCell c = e.cell();
            String options = joined(c.options());
            rows.add(TableRow.of(
                    c.dataset().title() + ", " + c.encoder().title(),
                    e.column().probe(),
                    List.of(
                            TableCell.of(options),
                            TableCell.of(CellFormat.scientific(c.search().learningRate())),
                            TableCell.of(CellFormat.scientific(c.search().weightDecay())),
                            TableCell.of(c.search().trials() + " (" + c.search().pruned() + ")"),
                            TableCell.of("" + c.seeds().size()),
                            CellFormat.cell(c.validation()))));
            csv.add(List.of(
                    c.dataset().key(),
                    c.encoder().key(),
                    c.probe(),
                    CellFormat.full(c.search().learningRate()),
                    CellFormat.full(c.search().weightDecay()),
                    "" + c.search().trials(),
                    "" + c.search().pruned(),
                    "" + c.seeds().size(),
                    "" + c.clips().train(),
                    "" + c.clips().validation(),
                    "" + c.clips().test(),
                    options,
                    joined(c.encoderSettings())));
        }
        return new Table(
                "hyperparameters",
                "Hyperparameters that the search chose",
                "Trials, in brackets those that were stopped early; validation in percent over the seeds.",
                List.of("Probe", "options", "learning rate", "weight decay", "trials", "seeds", "validation"),
                rows,
                csv);
    }

    private static String joined(Map<String, String> options) {
        return options.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(" "));
    }
}
