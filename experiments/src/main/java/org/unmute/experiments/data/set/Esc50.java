package org.unmute.experiments.data.set;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.experiments.data.CsvTable;
import org.unmute.experiments.data.LabelSet;
import org.unmute.experiments.data.MalformedTableException;
import org.unmute.experiments.data.Part;
import org.unmute.experiments.data.Task;

/**
 * ESC-50 from {@code meta/esc50.csv}. Fold {@code f} is the test part; the other four are for training. Classes are in
 * the order of the column {@code target}.
 */
final class Esc50 implements Dataset {
    private static final int FOLDS = 5;
    private static final DatasetInfo INFO = new DatasetInfo(
            "esc50",
            "ESC-50",
            Task.SINGLE_LABEL,
            50,
            Map.of(Part.TRAIN, 1600, Part.TEST, 400),
            FOLDS,
            5,
            44_100,
            0,
            """
            ROOT/
              meta/esc50.csv   filename,fold,target,category,esc10,src_file,take
              audio/           1-100032-A-0.wav … 2,000 clips
            """,
            "github.com/karolpiczak/ESC-50",
            "CC BY-NC 3.0",
            List.of(
                    "The form of the list was checked against rows of the real file.",
                    "Five folds: test on one (--fold), train on the other four; the mean of five is the set's"
                            + " convention."));

    @Override
    public DatasetInfo info() {
        return INFO;
    }

    private static Path list(Path root) {
        return root.resolve("meta").resolve("esc50.csv");
    }

    @Override
    public LabelSet labels(Path root) throws IOException {
        Path list = list(root);
        Layout.require(INFO, list);
        Map<Integer, String> nameOf = new TreeMap<>();
        try (CsvTable table = CsvTable.open(list)) {
            int target = table.required("target");
            int category = table.required("category");
            for (List<String> row = table.next(); row != null; row = table.next()) {
                int index = number(list, table.line(), "target", row.get(target), INFO.classes() - 1);
                String before = nameOf.putIfAbsent(index, row.get(category));
                if (before != null && !before.equals(row.get(category))) {
                    throw new MalformedTableException(
                            list,
                            table.line(),
                            "target " + index + " is " + MalformedTableException.quote(before) + " in another row and "
                                    + MalformedTableException.quote(row.get(category)) + " here");
                }
            }
        }
        if (nameOf.isEmpty()) {
            throw new MalformedTableException(list, 0, "no clips below the header");
        }
        return Layout.requireClasses(INFO, LabelSet.of(List.copyOf(nameOf.values())), list);
    }

    private static int number(Path list, long line, String column, String text, int most)
            throws MalformedTableException {
        if (!text.matches("\\d{1,3}") || Integer.parseInt(text) > most) {
            throw new MalformedTableException(
                    list, line, column + " is a number up to " + most + ", not " + MalformedTableException.quote(text));
        }
        return Integer.parseInt(text);
    }

    @Override
    public Reading read(Path root, Part part, ReadOptions options) throws IOException {
        Layout.requirePart(INFO, part);
        if (options.fold() < 1 || options.fold() > FOLDS) {
            throw new DatasetException(
                    INFO.name(), "choose the fold to test on, 1 to " + FOLDS + ": " + options.fold() + " (--fold)");
        }
        ClipCollector clips = new ClipCollector(INFO, part, root, options, labels(root));
        AudioFolder audio = AudioFolder.of(INFO, root.resolve("audio"), options);
        Path list = list(root);
        try (CsvTable table = CsvTable.open(list)) {
            int name = table.required("filename");
            int fold = table.required("fold");
            int category = table.required("category");
            for (List<String> row = table.next(); row != null; row = table.next()) {
                boolean tested = number(list, table.line(), "fold", row.get(fold), FOLDS) == options.fold();
                if (tested == (part == Part.TEST)) {
                    clips.file(
                            list,
                            table.line(),
                            row.get(name),
                            audio.findFile(row.get(name)),
                            List.of(row.get(category)));
                }
            }
        }
        return clips.finish();
    }
}
