package org.unmute.report.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.ResultFolder;
import org.unmute.benchmark.results.RetrievalFile;
import org.unmute.metrics.Retrieval;
import org.unmute.report.table.TableCell;

/** How well the mean tokens of encoders find test clips of the same label. */
final class RetrievalSection {
    private static final String NOTE = "Percent. Each test clip in turn ranks the others by the cosine of their mean"
            + " tokens; nothing is trained. mAP and precision at k: clips that share a label with it are relevant."
            + " By class: one class at a time, averaged over the classes.";

    private RetrievalSection() {}

    /** The section; empty if no run has such scores. */
    static Optional<Section> of(ComparedRuns results) throws IOException {
        List<RetrievalFile> all = new ArrayList<>();
        for (ResultFolder run : results.runs()) {
            for (RetrievalFile one : RetrievalFile.of(run.folder(), run.grid().planned())) {
                if (all.stream()
                        .noneMatch(other -> other.encoder()
                                        .key()
                                        .equals(one.encoder().key())
                                && other.dataset().key().equals(one.dataset().key()))) {
                    all.add(one);
                }
            }
        }
        if (all.isEmpty()) {
            return Optional.empty();
        }
        TableBuilder table = new TableBuilder(
                List.of("Encoder", "mAP", "precision at k", "mAP by class", "precision at k by class", "k", "clips"),
                "dataset",
                "encoder",
                "map",
                "precision_at_k",
                "class_map",
                "class_precision_at_k",
                "k",
                "clips",
                "queries");
        for (RetrievalFile one : all) {
            Retrieval r = one.retrieval();
            table.row(
                    one.dataset().title(),
                    one.encoder().title(),
                    List.of(
                            TableCell.of(CellFormat.percent(r.meanAveragePrecision())),
                            TableCell.of(CellFormat.percent(r.precisionAtK())),
                            TableCell.of(CellFormat.percent(r.classMeanAveragePrecision())),
                            TableCell.of(CellFormat.percent(r.classPrecisionAtK())),
                            TableCell.of("" + r.k()),
                            TableCell.of("" + one.clips())));
            table.csv(
                    one.dataset().key(),
                    one.encoder().key(),
                    r.meanAveragePrecision(),
                    r.precisionAtK(),
                    r.classMeanAveragePrecision(),
                    r.classPrecisionAtK(),
                    r.k(),
                    one.clips(),
                    r.queries());
        }
        return Optional.of(new Section(
                "retrieval",
                "Retrieval without training",
                List.of(new Block.DataTable(table.table("retrieval", "Test clips that find each other", NOTE)))));
    }
}
