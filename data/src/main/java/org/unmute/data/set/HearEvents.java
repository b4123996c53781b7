package org.unmute.data.set;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.unmute.data.ClipId;
import org.unmute.data.LabelSet;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Part;
import org.unmute.data.Place;
import org.unmute.data.Task;
import org.unmute.data.json.JsonFields;
import org.unmute.files.RegularFile;
import org.unmute.metrics.event.Collar;

/**
 * DCASE 2016 task 2 as HEAR 2021 packs it: {@code task_metadata.json} names the task, {@code labelvocabulary.csv} the
 * classes, {@code train.json}, {@code valid.json} and {@code test.json} hold for each recording a list of events with
 * {@code label}, {@code start} and {@code end}, in milliseconds. Recordings are in folders by sampling rate and part.
 */
final class HearEvents extends Dataset {
    private static final String TASK = "dcase2016_task2";
    /** HEAR's packages at 48 kHz are the public ones. */
    private static final String USUAL_RATE = "48000";

    private static final double MILLISECONDS = 1000;

    HearEvents() {
        super(
                new DatasetInfo(
                        "dcase2016",
                        "DCASE 2016 task 2",
                        Task.MULTI_LABEL,
                        11,
                        Map.of(Part.TRAIN, 44, Part.VALIDATION, 14, Part.TEST, 14),
                        0,
                        120,
                        48_000,
                        0,
                        """
                ROOT/  (tasks/dcase2016_task2-hear2021-full of HEAR's archive)
                  task_metadata.json    task_name dcase2016_task2, embedding_type event
                  labelvocabulary.csv   idx,label
                  train.json            {"a.wav": [{"label": "cough", "start": 120.0, "end": 480.0}, …], …}; ms
                  valid.json
                  test.json
                  48000/train/a.wav …   (or another rate, such as 16000; the highest is read)
                  48000/valid/
                  48000/test/
                """,
                        "doi.org/10.5281/zenodo.5802571 (HEAR 2021: hear2021-dcase2016_task2)",
                        "as stated there; the recordings are those of DCASE 2016 task 2",
                        List.of(
                                "Files, fields and parts are those that HEAR's program, hear-preprocess 2021.1.1,"
                                        + " writes; no package was at hand.",
                                "The number of clips in each part follows from that program's rule for the 72 that HEAR"
                                        + " states.",
                                "An event counts as found by its onset alone, within 0.2 s, as in HEAR's"
                                        + " event_onset_200ms_fms.")),
                null);
    }

    /** HEAR compares onsets. */
    @Override
    public Collar collar() {
        return Collar.DCASE.onsetOnly();
    }

    @Override
    public LabelSet labels(Path root) throws IOException {
        Path metadata = requireFile(root.resolve("task_metadata.json"));
        JsonFields task = JsonFields.read(metadata);
        String name = task.text("task_name");
        if (!name.equals(TASK)) {
            throw failure(metadata + " is of the task " + MalformedTableException.quote(name) + ", not of " + TASK
                    + ": only that task of HEAR is read");
        }
        Path vocabulary = requireFile(root.resolve("labelvocabulary.csv"));
        return requireClasses(LabelSet.read(vocabulary), vocabulary);
    }

    @Override
    void read(ClipCollector clips) throws IOException {
        String part = clips.part() == Part.VALIDATION ? "valid" : clips.part().label();
        Path list = requireFile(clips.root().resolve(part + ".json"));
        AudioFolder audio = clips.recordings(rate(clips.root()).resolve(part));
        JsonFields all = JsonFields.read(list);
        Place place = new Place(list, 0);
        Set<String> named = new TreeSet<>();
        for (Map.Entry<String, ?> recording : all.document().properties()) {
            List<Reading.Event> events = new ArrayList<>();
            Set<String> labels = new LinkedHashSet<>();
            for (JsonFields event : all.objects(recording.getKey())) {
                String label = event.text("label");
                clips.checkLabel(place, label);
                double onset = event.number("start") / MILLISECONDS;
                double offset = event.number("end") / MILLISECONDS;
                events.add(place.checked(() -> new Reading.Event(onset, offset, label)));
                labels.add(label);
            }
            clips.file(place, recording.getKey(), audio.findFile(recording.getKey()), labels, events);
            named.add(ClipId.withoutExtension(recording.getKey()));
        }
        List<String> alone =
                audio.byStem().keySet().stream().filter(s -> !named.contains(s)).toList();
        if (!alone.isEmpty()) {
            clips.remark(alone.size() + " recordings of the part have no events in " + list.getFileName()
                    + " and are not used, the first: " + alone.getFirst());
        }
    }

    /** The folder of the recordings: those at 48 kHz, else those at the highest rate. */
    private Path rate(Path root) throws IOException {
        if (RegularFile.isFolder(root.resolve(USUAL_RATE))) {
            return root.resolve(USUAL_RATE);
        }
        try (Stream<Path> all = Files.list(root)) {
            return all.filter(f -> f.getFileName().toString().matches("[0-9]{4,6}"))
                    .max(Comparator.comparingInt(
                            f -> Integer.parseInt(f.getFileName().toString())))
                    .orElseThrow(() -> missing("folder " + root.resolve(USUAL_RATE)));
        }
    }
}
