package org.unmute.data.set;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.unmute.data.LabelSet;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Part;
import org.unmute.data.Task;
import org.unmute.data.TextTable;

/**
 * FSD50K from its ground truth: {@code dev.csv} has the columns fname, labels, mids and split ({@code train} or {@code
 * val}), {@code eval.csv} the first three. File names are ids without extension.
 */
final class Fsd50k extends Dataset {
    private static final String TRUTH = "FSD50K.ground_truth";

    Fsd50k() {
        super(
                new DatasetInfo(
                        "fsd50k",
                        "FSD50K",
                        Task.MULTI_LABEL,
                        200,
                        Map.of(Part.TRAIN, 36_796, Part.VALIDATION, 4_170, Part.TEST, 10_231),
                        0,
                        0,
                        44_100,
                        0.01,
                        """
            ROOT/
              FSD50K.ground_truth/
                vocabulary.csv    200 classes: 0,Accelerating_and_revving_and_vroom,/m/07q2z82
                dev.csv           fname,labels,mids,split
                eval.csv          fname,labels,mids
              FSD50K.dev_audio/   64760.wav …
              FSD50K.eval_audio/  37199.wav …
            """,
                        "zenodo.org/record/4060432",
                        "CC BY 4.0 as a set; each clip has its own (CC0, CC BY, CC BY-NC, CC Sampling+)",
                        List.of(
                                "File names and columns are the official ones, compared with the loader of soundata.",
                                "Clips are 0.3 to 30 s long; longer ones than the encoder's window are read in windows"
                                        + " (paper section 11).",
                                "The paper states 40.9 k training clips, which is train and validation together; here"
                                        + " validation is kept apart: --split train,validation trains on both.")),
                null);
    }

    @Override
    public LabelSet labels(Path root) throws IOException {
        Path vocabulary = requireFile(root.resolve(TRUTH).resolve("vocabulary.csv"));
        return requireClasses(LabelSet.read(vocabulary), vocabulary);
    }

    @Override
    void read(ClipCollector clips) throws IOException {
        Path root = clips.root();
        boolean test = clips.part() == Part.TEST;
        Path list = requireFile(root.resolve(TRUTH).resolve(test ? "eval.csv" : "dev.csv"));
        AudioFolder audio = clips.recordings(root.resolve(test ? "FSD50K.eval_audio" : "FSD50K.dev_audio"));
        String wanted = clips.part() == Part.TRAIN ? "train" : "val";
        TextTable.forEach(list, row -> {
            String split = test ? wanted : row.text("split");
            if (!split.equals("train") && !split.equals("val")) {
                throw row.wrong("the split is train or val, not " + MalformedTableException.quote(split));
            }
            if (split.equals(wanted)) {
                String name = row.text("fname");
                clips.file(
                        row.place(),
                        name,
                        audio.findFile(name),
                        List.of(row.text("labels").split(",", -1)));
            }
        });
    }
}
