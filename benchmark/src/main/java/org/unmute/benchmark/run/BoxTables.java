package org.unmute.benchmark.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.unmute.benchmark.grid.DatasetEntry;
import org.unmute.data.ClipId;
import org.unmute.data.FileMatch;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.ManifestFormat;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.Coverage;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.annotation.ShareRule;
import org.unmute.events.strong.EventTable;
import org.unmute.events.strong.MatchedEvents;
import org.unmute.files.InputException;
import org.unmute.metrics.event.SoundBox;

/**
 * The boxes of a data set's clips in time and frequency. Recordings that a table names are complete: what no box of a
 * class touches is without it.
 *
 * @param dataset its name, for messages
 * @param tables  at least one, with the classes of the set
 */
record BoxTables(String dataset, List<LabelFile> tables) {
    /** Reads the tables of an entry; null if it names none. */
    static BoxTables read(DatasetEntry entry, LabelSet classes) throws IOException {
        if (entry.boxes().isEmpty()) {
            return null;
        }
        LabelFile.Options options = new LabelFile.Options(
                        LabelFile.Form.EVENTS, ManifestFormat.AUTO, List.of(), classes, ShareRule.DEFAULT)
                .with(new Coverage.Rule(Coverage.Tables.COMPLETE, Coverage.Rule.DEFAULT_MARGIN, null));
        List<LabelFile> tables = new ArrayList<>();
        for (Path table : entry.boxes()) {
            LabelFile read = LabelFile.read(table, options);
            if (read.form() != LabelFile.Form.EVENTS) {
                throw new InputException("data set " + entry.name() + ": " + table
                        + " has a row for each clip, not for each box (start, end, label, low and high)");
            }
            tables.add(read);
        }
        return new BoxTables(entry.name(), List.copyOf(tables));
    }

    /**
     * Requires boxes that can be learned, and boxes that can be compared with what is found.
     *
     * @param probe of boxes, for messages
     * @param recordings all of the data set
     * @param train training clips
     * @param test  test clips
     * @throws InputException if no event has a band, or no training clip or no test clip is named, or a box of a test
     *     clip lacks an edge of its band
     * @throws IllegalArgumentException if a name could be any of several recordings
     */
    void require(String probe, Set<String> recordings, List<LabelledClip> train, List<LabelledClip> test) {
        String where = "data set " + dataset + ", boxes for probe " + probe + ": ";
        if (tables.stream()
                .flatMap(table -> table.events().stream())
                .allMatch(e -> Double.isNaN(e.low()) && Double.isNaN(e.high()))) {
            throw new InputException(where + "no event has a band (low and high, in Hz): give tables of boxes, or train"
                    + " rows with frames = true, which learns when sounds are there");
        }
        Set<String> named = new HashSet<>();
        for (LabelFile table : tables) {
            Set<String> names = names(table);
            FileMatch match = FileMatch.of(names, recordings);
            names.forEach(name -> named.add(match.file(name)));
        }
        requireNamed(where, "training", train, named);
        requireNamed(where, "test", test, named);
        List<SoundBox> boxes = matched(test, null).boxes();
        long open = boxes.stream().filter(b -> !b.hasBand()).count();
        if (open > 0) {
            throw new InputException(where + open + " of the " + boxes.size() + " boxes of test clips lack an edge of"
                    + " their band (low and high, in Hz), so that boxes that are found cannot be compared with them:"
                    + " state both edges");
        }
    }

    private static void requireNamed(String where, String part, List<LabelledClip> clips, Set<String> named) {
        if (clips.stream().noneMatch(clip -> named.contains(ClipId.recording(clip.file())))) {
            throw new InputException(where + "none of the " + clips.size() + " " + part
                    + " clips is of a recording that the tables name, the first is "
                    + clips.getFirst().file() + ": are the names those of the recordings?");
        }
    }

    private static Set<String> names(LabelFile table) {
        Set<String> names = new LinkedHashSet<>();
        table.manifest().clips().forEach(clip -> names.add(ClipId.recording(clip.file())));
        table.events().forEach(event -> names.add(event.file()));
        return names;
    }

    /**
     * The boxes of some clips, in seconds of these.
     *
     * @param classes those that count; null for all
     */
    MatchedEvents matched(List<LabelledClip> clips, List<String> classes) {
        Set<String> names = new LinkedHashSet<>();
        List<Annotation> events = new ArrayList<>();
        for (LabelFile table : tables) {
            names.addAll(names(table));
            events.addAll(table.events());
        }
        EventTable all = new EventTable("boxes of data set " + dataset, List.copyOf(names), events);
        return MatchedEvents.of(all, clips.stream().map(LabelledClip::file).toList(), classes);
    }
}
