package org.unmute.cli.detect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.unmute.audio.AudioFiles;
import org.unmute.cli.probe.EventDecisionTable;
import org.unmute.data.field.FieldLog;
import org.unmute.data.provenance.BuildInfo;
import org.unmute.data.provenance.Units;
import org.unmute.events.detection.DecidedEvents;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.detection.DetectionRun;
import org.unmute.events.detection.DetectorSetup;
import org.unmute.events.detection.ReadOutcome;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.truth.TrainingBoxes;
import org.unmute.report.event.EventClass;
import org.unmute.report.event.EventPage;
import org.unmute.report.event.EventPageLimits;
import org.unmute.report.event.PageEvent;
import org.unmute.report.event.SoundFile;
import org.unmute.report.page.Fact;

/** Shows the events of a folder as a page next to its tables. */
public final class DetectionPage {
    /** Name of the page's file. */
    public static final String FILE = "events.html";

    private final DetectorSetup setup;
    private final DetectionFolder folder;
    private final List<String> names;
    private final Map<String, AudioClip> clips = new HashMap<>();
    private final List<SoundFile> files = new ArrayList<>();
    private final int leftOut;
    private final String remark;

    private DetectionPage(
            DetectorSetup setup,
            DetectionFolder folder,
            List<AudioClip> all,
            FieldLog places,
            DetectionRun.Outcome outcome) {
        this.setup = setup;
        this.folder = folder;
        this.names = setup.probe().classes();
        this.leftOut = outcome.leftOut();
        this.remark = DetectionReport.alarms(setup, outcome).line().orElse("");
        Set<String> missing = new HashSet<>();
        outcome.skipped().stream().filter(s -> s.read() == 0).forEach(s -> missing.add(s.file()));
        Path page = folder.path().resolve(FILE);
        for (AudioClip clip : all) {
            ReadOutcome read = missing.contains(clip.id()) ? null : folder.read(clip.id());
            if (read != null) {
                clips.put(clip.id(), clip);
                files.add(SoundFile.of(page, clip.path(), clip.id(), read.start(), read.seconds())
                        .begunAt(places.of(clip).begun()));
            }
        }
    }

    /**
     * Writes the page, or replaces it.
     *
     * @param all     the recordings of the run, in order
     * @param places  when they were made
     * @param outcome the outcome of the run
     * @throws IOException if events cannot be read or the page cannot be written
     */
    public static EventPage.Rendered write(
            DetectorSetup setup,
            DetectionFolder folder,
            List<AudioClip> all,
            FieldLog places,
            DetectionRun.Outcome outcome)
            throws IOException {
        return new DetectionPage(setup, folder, all, places, outcome).write();
    }

    private EventPage.Rendered write() throws IOException {
        EventPage page = new EventPage(
                "Events in time and frequency", classes(), files, facts(), EventPageLimits.DEFAULT, remark);
        return page.write(
                taker -> {
                    for (SoundFile file : files) {
                        DecidedEvents events = folder.decided(file.name());
                        events.forEach(event -> {
                            taker.accept(new PageEvent(
                                    file.name(),
                                    event.onset(),
                                    event.offset(),
                                    names.get(event.label()),
                                    event.score(),
                                    event.peak(),
                                    event.band(),
                                    events.isConfirmed(event)));
                        });
                    }
                },
                file -> {
                    AudioClip clip = clips.get(file.name());
                    return AudioFiles.open(clip.path(), clip.channel());
                },
                folder.path().resolve(FILE));
    }

    /** The classes that are detected. */
    private List<EventClass> classes() {
        double[] high = setup.rules().high();
        EventDecisionTable decisions = setup.learned().events() == null ? null : EventDecisionTable.of(setup.probe());
        TrainingBoxes boxes = setup.probe().boxes();
        List<EventClass> classes = new ArrayList<>();
        for (int c : setup.wanted().chosen(names)) {
            EventDecisionTable.Row row =
                    decisions == null ? null : decisions.classes().get(c);
            EventClass own = row == null
                    ? new EventClass(names.get(c), high[c])
                    : new EventClass(names.get(c), high[c], row.foundInWords(), row.alarmsInWords());
            classes.add(boxes == null ? own : own.taughtBy(boxes.classes().get(c)));
        }
        return classes;
    }

    /** The lines that the command prints, each under its first word. */
    private List<Fact> facts() {
        List<Fact> facts = new ArrayList<>();
        for (String line : setup.lines()) {
            String[] parts = line.split(":? ", 2);
            facts.add(new Fact(parts[0].substring(0, 1).toUpperCase(Locale.ROOT) + parts[0].substring(1), parts[1]));
        }
        if (leftOut > 0) {
            facts.add(new Fact("Left out", Units.count(leftOut, "recording") + ", named in skipped.csv"));
        }
        facts.add(new Fact("Version", BuildInfo.read().line()));
        return facts;
    }
}
