package org.unmute.benchmark.results;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.unmute.data.json.JsonFields;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.JsonObject;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.metrics.Retrieval;

/**
 * How well the mean tokens of an encoder find test clips of the same label: {@code ENCODER/DATASET/retrieval.json}.
 *
 * @param encoder   the encoder
 * @param dataset   the data set
 * @param clips     number of test clips
 * @param retrieval the scores
 */
public record RetrievalFile(Name encoder, Name dataset, int clips, Retrieval retrieval) {
    /** The file's name. */
    public static final String FILE = "retrieval.json";

    /**
     * Reads the file in the folder of an encoder and a data set.
     *
     * @throws InputException if it is damaged
     */
    public static RetrievalFile read(Path folder) {
        JsonFields json = RunFiles.json(folder.resolve(FILE));
        return new RetrievalFile(
                new Name(json.text("encoder"), json.text("encoderTitle")),
                new Name(json.text("dataset"), json.text("datasetTitle")),
                json.intCount("clips"),
                new Retrieval(
                        json.intCount("queries"),
                        json.intCount("classes"),
                        json.intCount("k"),
                        json.fraction("mAP"),
                        json.fraction("precisionAtK"),
                        json.fraction("classMAP"),
                        json.fraction("classPrecisionAtK")));
    }

    /**
     * The files of a run, in the order of its cells.
     *
     * @param cells {@code encoder/dataset/probe}
     * @throws InputException if one is damaged
     */
    public static List<RetrievalFile> of(Path run, List<String> cells) throws IOException {
        Set<String> folders = new LinkedHashSet<>();
        cells.forEach(cell -> folders.add(cell.substring(0, cell.lastIndexOf('/'))));
        List<RetrievalFile> all = new ArrayList<>();
        for (String folder : folders) {
            if (RegularFile.exists(run.resolve(folder).resolve(FILE))) {
                all.add(read(run.resolve(folder)));
            }
        }
        return all;
    }

    /** Writes the file into the folder of an encoder and a data set. */
    public void write(Path folder) throws IOException {
        Json.write(
                folder.resolve(FILE),
                new JsonObject()
                        .with("encoder", encoder.key())
                        .with("encoderTitle", encoder.title())
                        .with("dataset", dataset.key())
                        .with("datasetTitle", dataset.title())
                        .with("clips", clips)
                        .with("queries", retrieval.queries())
                        .with("classes", retrieval.classes())
                        .with("k", retrieval.k())
                        .with("mAP", retrieval.meanAveragePrecision())
                        .with("precisionAtK", retrieval.precisionAtK())
                        .with("classMAP", retrieval.classMeanAveragePrecision())
                        .with("classPrecisionAtK", retrieval.classPrecisionAtK()));
    }
}
