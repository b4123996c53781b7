package org.unmute.fuzz.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.benchmark.protocol.EpochRecord;
import org.unmute.benchmark.protocol.Rerun;
import org.unmute.benchmark.protocol.SettingsFile;
import org.unmute.benchmark.protocol.TrialJournal;
import org.unmute.benchmark.search.EpochValue;
import org.unmute.benchmark.search.FinishedTrial;
import org.unmute.benchmark.search.Range;
import org.unmute.benchmark.search.SearchSpace;
import org.unmute.benchmark.search.Study;
import org.unmute.benchmark.search.StudySettings;
import org.unmute.benchmark.search.Trial;
import org.unmute.data.json.JsonFields;
import org.unmute.data.json.JsonLines;

/** Opens the journals and settings of a cell, each by itself. */
final class CellFiles {
    private static final SearchSpace SPACE =
            new SearchSpace(List.of(Range.logarithmic("lr", 1e-4, 1e-1), Range.linear("wd", 0, 1)));

    private CellFiles() {}

    private static Study study() {
        return new Study(SPACE, new StudySettings(4, 4, 7, Optional.empty(), true));
    }

    /** Resumes a search from its journal. */
    static void trials(Path file) throws IOException {
        TrialJournal.resume(file, SPACE, study()).close();
    }

    /** Writes a journal with two trials. */
    static void writeTrials(Path file) throws IOException {
        Study study = study();
        try (TrialJournal journal = TrialJournal.resume(file, SPACE, study())) {
            for (int i = 0; i < 2; i++) {
                Trial trial = study.next();
                study.report(trial, 1, 0.25);
                study.report(trial, 2, 0.5 + i / 8.0);
                study.finish(trial, 0.5 + i / 8.0, false);
                journal.add(
                        new FinishedTrial(
                                trial.number(),
                                trial.stage(),
                                trial.values(),
                                List.of(new EpochValue(1, 0.25), new EpochValue(2, 0.5 + i / 8.0)),
                                0.5 + i / 8.0,
                                false),
                        1.5);
            }
        }
    }

    /** Reads the journal of trainings with the best settings. */
    static void reruns(Path file) throws IOException {
        for (JsonFields line : JsonLines.read(file)) {
            Rerun.of(line);
        }
    }

    /** Reads the journal of a training's epochs. */
    static void epochs(Path file) throws IOException {
        for (JsonFields line : JsonLines.read(file)) {
            EpochRecord.of(line);
        }
    }

    /** Compares a settings file with other settings. */
    static void settings(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new AssertionError("no file " + file);
        }
        new SettingsFile(file, Map.of("probe", "linear", "seeds", "1 2")).requireSame();
    }
}
