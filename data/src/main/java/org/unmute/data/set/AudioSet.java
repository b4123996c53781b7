package org.unmute.data.set;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unmute.data.LabelSet;
import org.unmute.data.LineReader;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Part;
import org.unmute.data.Place;
import org.unmute.data.Task;
import org.unmute.models.encoder.AudioSetLabels;

/**
 * AudioSet from its segment lists: {@code as20k} trains on the balanced list, {@code as2m} on the unbalanced and the
 * balanced one; both test on the evaluation list. Rows {@code YTID, start, end, "mid,mid"} follow three comment lines.
 * Recordings are found by YouTube id under the names that downloaders usually give them. Each is a segment that is
 * already cut, so the times of the row are not applied.
 */
final class AudioSet extends Dataset {
    private static final Pattern ROW =
            Pattern.compile("\\s*([A-Za-z0-9_-]{11})\\s*,\\s*(\\d+(?:\\.\\d+)?)\\s*,\\s*(\\d+(?:\\.\\d+)?)\\s*,"
                    + "\\s*(?:\"([^\"]*)\"|([^\",]+))\\s*");
    private static final Pattern SEGMENTS = Pattern.compile("num_segs=(\\d+)");
    private static final String BALANCED = "balanced_train_segments.csv";
    private static final String UNBALANCED = "unbalanced_train_segments.csv";
    private static final String EVALUATION = "eval_segments.csv";

    private final List<String> trainLists;

    private AudioSet(DatasetInfo info, List<String> trainLists) {
        super(info, LabelSet.of(AudioSetLabels.names()));
        this.trainLists = trainLists;
    }

    /** Balanced training list. */
    static AudioSet balanced() {
        return new AudioSet(
                info("as20k", "AudioSet, balanced training list", 22_160, BALANCED + "   22,160 segments\n"),
                List.of(BALANCED));
    }

    /** Unbalanced and balanced training lists. */
    static AudioSet full() {
        return new AudioSet(
                info(
                        "as2m",
                        "AudioSet, all training lists",
                        2_041_789 + 22_160,
                        UNBALANCED + "  2,041,789 segments\n  " + BALANCED + "   22,160 segments\n"),
                List.of(UNBALANCED, BALANCED));
    }

    private static DatasetInfo info(String name, String title, int train, String lists) {
        return new DatasetInfo(
                name,
                title,
                Task.MULTI_LABEL,
                AudioSetLabels.COUNT,
                Map.of(Part.TRAIN, train, Part.TEST, 20_371),
                0,
                10,
                0,
                0.3,
                """
                ROOT/
                  %s  eval_segments.csv             20,371 segments
                  …/YTID.wav                    recordings in any folders below, each named
                                                YTID, YYTID (a Y before the id), YTID_30, YTID_30.000,
                                                YTID_30000, YTID_30_40, YTID_30.000_40.000 or
                                                YTID_30000_40000; any audio extension
                """.formatted(lists),
                "lists: research.google.com/audioset/download.html; recordings: from YouTube, by each user",
                "lists: CC BY 4.0 (Google); recordings: their authors'",
                List.of(
                        "The form of the lists, their comment lines and file names are the official ones.",
                        "Clips that YouTube no longer has are missing in every copy; the paper trained as20k on 18.6"
                                + " k. Up to 30 % may be missing.",
                        "The names of recordings differ between downloaders; those above are looked for.",
                        "There is no validation part; ten per cent of train, stratified, is the choice made here"
                                + " (paper section 11)."));
    }

    @Override
    void read(ClipCollector clips) throws IOException {
        Map<String, String> nameOfMid = new HashMap<>();
        AudioSetLabels.ids().forEach(mid -> nameOfMid.put(mid, AudioSetLabels.name(mid)));
        List<Path> lists = new ArrayList<>();
        for (String list : clips.part() == Part.TRAIN ? trainLists : List.of(EVALUATION)) {
            lists.add(requireFile(clips.root().resolve(list)));
        }
        AudioFolder audio = clips.recordings(clips.root());
        for (Path list : lists) {
            readList(list, audio, nameOfMid, clips);
        }
    }

    private static void readList(Path list, AudioFolder audio, Map<String, String> nameOfMid, ClipCollector clips)
            throws IOException {
        int rows = 0;
        try (LineReader lines = LineReader.open(list)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                Matcher m = ROW.matcher(line);
                if (!m.matches()) {
                    throw lines.place()
                            .wrong("no segment 'YTID, start, end, \"labels\"': " + MalformedTableException.quote(line));
                }
                rows++;
                String id = m.group(1);
                double start = Double.parseDouble(m.group(2));
                double end = Double.parseDouble(m.group(3));
                String name = id + "_" + m.group(2);
                if (end <= start) {
                    clips.unusable(
                            lines.place(), name, "it ends at " + end + " s, before it begins at " + start + " s");
                    continue;
                }
                clips.file(
                        lines.place(),
                        name,
                        audio.find(names(id, start, end)),
                        names(lines.place(), m.group(4) == null ? m.group(5) : m.group(4), nameOfMid));
            }
            for (String comment : lines.comments()) {
                Matcher m = SEGMENTS.matcher(comment);
                if (m.find() && !m.group(1).equals(String.valueOf(rows))) {
                    clips.remark(list.getFileName() + " announces " + m.group(1) + " segments and holds " + rows);
                }
            }
        }
    }

    private static List<String> names(Place place, String mids, Map<String, String> nameOfMid)
            throws MalformedTableException {
        List<String> names = new ArrayList<>();
        for (String mid : mids.split(",", -1)) {
            String name = nameOfMid.get(mid.strip());
            if (name == null) {
                throw place.wrong("unknown label " + MalformedTableException.quote(mid)
                        + ": it is none of the 527 machine ids of AudioSet");
            }
            names.add(name);
        }
        return names;
    }

    /** File names given by downloaders, without extension; ids have 11 characters, so no name matches two ids. */
    private static String[] names(String id, double start, double end) {
        List<String> all = new ArrayList<>();
        for (String prefix : List.of("", "Y")) {
            all.add(prefix + id);
            for (String form : List.of("%s%s_%.3f_%.3f", "%s%s_%.0f_%.0f")) {
                all.add(String.format(Locale.ROOT, form, prefix, id, start, end));
                all.add(String.format(Locale.ROOT, form, prefix, id, start * 1000, end * 1000));
            }
            for (String form : List.of("%s%s_%.3f", "%s%s_%.0f")) {
                all.add(String.format(Locale.ROOT, form, prefix, id, start));
                all.add(String.format(Locale.ROOT, form, prefix, id, start * 1000));
            }
        }
        return all.toArray(String[]::new);
    }
}
