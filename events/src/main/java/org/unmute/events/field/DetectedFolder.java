package org.unmute.events.field;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.data.field.FieldLog;
import org.unmute.data.field.Stay;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.verdict.EarlierVerdicts;
import org.unmute.events.detection.DecidedEvents;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.detection.DetectionSettings;
import org.unmute.events.detection.DetectionState;
import org.unmute.events.detection.EventJournal;
import org.unmute.events.detection.ReadOutcome;
import org.unmute.events.detection.RecordingResult;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;

/** The recordings and events of a finished folder of {@code unmute detect}, read without changing it. */
public final class DetectedFolder implements AutoCloseable {
    private static final String AGAIN = "run the same detect command again, which reads no recording again";

    private final EventJournal journal;
    private final FieldLog places;
    private final EarlierVerdicts verdicts;
    private final boolean confirmedOnly;
    private final List<String> classes = new ArrayList<>();
    private final List<String> sought = new ArrayList<>();

    private DetectedFolder(
            EventJournal journal,
            FieldLog places,
            DetectionSettings settings,
            EarlierVerdicts verdicts,
            boolean confirmedOnly) {
        this.verdicts = verdicts;
        this.confirmedOnly = confirmedOnly;
        this.journal = journal;
        this.places = places;
        settings.thresholds().forEach((label, threshold) -> {
            classes.add(label);
            if (!threshold.equals(DetectionSettings.NOT_SOUGHT)) {
                sought.add(label);
            }
        });
    }

    /** Opens a folder with all its events. */
    public static DetectedFolder open(Path folder) throws IOException {
        return open(folder, false);
    }

    /**
     * Opens a folder.
     *
     * @param confirmedOnly whether only what a listener confirmed counts as an event
     * @throws InputException if it is no such folder, or its run has not ended
     * @throws IOException if it cannot be read
     */
    public static DetectedFolder open(Path folder, boolean confirmedOnly) throws IOException {
        if (!DetectionFolder.isOne(folder)) {
            throw new InputException("summarize: " + folder + " is no folder of 'unmute detect'");
        }
        Path state = folder.resolve(DetectionState.FOLDER);
        DetectionSettings settings = DetectionSettings.read(state.resolve(DetectionFolder.SETTINGS));
        if ("search".equals(settings.values().get("command"))) {
            throw new InputException("summarize: " + folder + " is of 'unmute search', which does not say which"
                    + " recordings were listened to as a whole: summarize a folder of 'unmute detect'");
        }
        Path places = state.resolve(DetectionFolder.PLACES);
        if (!RegularFile.exists(folder.resolve(RunRecord.FILE))) {
            throw new InputException("summarize: the run that writes " + folder + " has not ended: wait, or run the"
                    + " same detect command again, which resumes where it stopped");
        }
        if (!RegularFile.exists(places)) {
            throw new InputException("summarize: " + folder + " is of a version that did not know when recordings were"
                    + " made: " + AGAIN);
        }
        FieldLog log = FieldLog.read(places);
        EventJournal journal = EventJournal.reading(DetectionState.journal(folder));
        if (journal.lost() > 0) {
            journal.close();
            throw new InputException(
                    "summarize: results in " + folder + " are damaged: " + AGAIN + " but those whose results are lost");
        }
        try {
            EarlierVerdicts verdicts = confirmedOnly ? DetectionState.verdicts(folder) : DetectionState.earlier(folder);
            return new DetectedFolder(journal, log, settings, verdicts, confirmedOnly);
        } catch (IOException | RuntimeException e) {
            journal.close();
            throw e;
        }
    }

    /** The classes, by the indices of events. */
    public List<String> classes() {
        return classes;
    }

    /** The classes that were sought. */
    public List<String> sought() {
        return sought;
    }

    /** The recordings of the last run of which something was read, in its order. */
    public List<Stay> stays() {
        List<Stay> stays = new ArrayList<>();
        for (String id : places.recordings()) {
            RecordingResult result = journal.find(id);
            if (result != null) {
                ReadOutcome read = result.read();
                stays.add(new Stay(id, places.find(id), read.start(), read.seconds()));
            }
        }
        return stays;
    }

    /** Passes on the events of a recording, in order; times are seconds from the start of its file. */
    public void events(Stay stay, DetectionFolder.Taker events) throws IOException {
        String id = stay.recording();
        DecidedEvents all = new DecidedEvents(taker -> journal.events(id, taker), verdicts, classes, journal.find(id));
        all.forEach(event -> {
            if (!confirmedOnly || all.isConfirmed(event)) {
                events.accept(event);
            }
        });
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
