package org.unmute.data.set;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.data.LabelSet;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Part;
import org.unmute.data.Place;
import org.unmute.data.Task;
import org.unmute.data.TextTable;

/**
 * ESC-50 from {@code meta/esc50.csv}. The selected fold is the test part; the other four are for training. Classes are
 * in the order of the column {@code target}.
 */
final class Esc50 extends Dataset {
    private static final int FOLDS = 5;

    Esc50() {
        super(
                new DatasetInfo(
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
                                "Five folds: test on one (--fold), train on the other four; the mean of five is the"
                                        + " set's convention.")),
                null);
    }

    private static Path list(Path root) {
        return root.resolve("meta").resolve("esc50.csv");
    }

    @Override
    public LabelSet labels(Path root) throws IOException {
        Path list = requireFile(list(root));
        Map<Integer, String> nameOf = new TreeMap<>();
        TextTable.forEach(list, row -> {
            int index = number(row, "target", info().classes() - 1);
            String name = row.text("category");
            String before = nameOf.putIfAbsent(index, name);
            if (before != null && !before.equals(name)) {
                throw row.wrong("target " + index + " is " + MalformedTableException.quote(before)
                        + " in another row and " + MalformedTableException.quote(name) + " here");
            }
        });
        if (nameOf.isEmpty()) {
            throw new Place(list, 0).wrong("no clips below the header");
        }
        return requireClasses(LabelSet.of(List.copyOf(nameOf.values())), list);
    }

    private static int number(TextTable.Row row, String column, int most) throws MalformedTableException {
        String text = row.text(column);
        if (!text.matches("\\d{1,3}") || Integer.parseInt(text) > most) {
            throw row.wrong(column + " is a number up to " + most + ", not " + MalformedTableException.quote(text));
        }
        return Integer.parseInt(text);
    }

    @Override
    void read(ClipCollector clips) throws IOException {
        int fold = clips.options().fold();
        AudioFolder audio = clips.recordings(clips.root().resolve("audio"));
        TextTable.forEach(list(clips.root()), row -> {
            boolean tested = number(row, "fold", FOLDS) == fold;
            if (tested == (clips.part() == Part.TEST)) {
                String name = row.text("filename");
                clips.file(row.place(), name, audio.findFile(name), List.of(row.text("category")));
            }
        });
    }
}
