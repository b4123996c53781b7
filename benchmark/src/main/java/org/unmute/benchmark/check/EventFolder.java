package org.unmute.benchmark.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.unmute.data.TextTable;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.detection.DetectionState;
import org.unmute.events.detection.OutputFormat;
import org.unmute.files.InputException;

/** Checks a folder of events: its journal to the last byte, and whether the tables are those of the record. */
final class EventFolder {
    private EventFolder() {}

    /**
     * Checks a folder, once its files are checked.
     *
     * @param run the record of the last run, or null if it is unfinished
     * @param finished whether a manifest says that the run ended
     * @return what the folder holds, in words
     */
    static String check(
            FolderCheck.Listing all, StatedCommand run, boolean finished, FolderCheck.Scope scope, Findings findings) {
        Findings.Item item = scope.item();
        Path journal = DetectionState.journal(all.folder());
        String again =
                scope.command() == null ? "run the same 'unmute detect' command again" : "run: " + scope.command();
        DetectionState state;
        try {
            state = DetectionState.read(all.folder());
        } catch (IOException | InputException e) {
            boolean begun = Files.exists(journal) || Files.exists(journal.resolveSibling(DetectionFolder.SETTINGS));
            if (!begun && run == null && !finished) {
                item.add(
                        Finding.Kind.UNFINISHED,
                        all.folder(),
                        "the run was interrupted before it had written its settings, or is still going on",
                        again);
            } else if (!findings.isDamagedIn(journal.getParent())) {
                item.add(
                        Finding.Kind.DAMAGED,
                        journal.getParent(),
                        FolderCheck.said(e),
                        "delete " + all.folder() + ", then " + again);
            }
            return "";
        }
        if (state.rest() > 0) {
            // A run that has ended leaves nothing behind the last recording.
            boolean damaged = state.changed() || run != null || finished;
            item.add(
                    damaged ? Finding.Kind.DAMAGED : Finding.Kind.UNFINISHED,
                    journal,
                    Units.bytes(state.rest()) + " after the first " + Units.count(state.recordings(), "recording")
                            + (damaged ? " are damaged" : " are of an unfinished one"),
                    again + ", which hears those recordings again");
        }
        for (Path notes : state.damagedNotes()) {
            item.add(
                    Finding.Kind.DAMAGED,
                    notes,
                    "it does not tell how far a recording was read",
                    again + ", which hears that recording from its start");
        }
        if (!all.has(RunRecord.FILE) && !finished) {
            item.add(
                    Finding.Kind.UNFINISHED,
                    all.folder(),
                    "there is no " + RunRecord.FILE + ": the run was interrupted or is still going on",
                    again + ", which resumes where it stopped");
        } else if (run != null) {
            tables(all, run.results().path("detected"), state, item, again);
        }
        return Units.count(state.recordings(), "recording") + ", " + Units.count(state.events(), "event");
    }

    /** The tables follow from the journal: the same command writes them again. */
    private static void tables(
            FolderCheck.Listing all, JsonNode detected, DetectionState state, Findings.Item item, String again) {
        int stated =
                detected.path("found").asInt() + detected.path("alreadyPresent").asInt();
        if (state.recordings() < stated && state.rest() == 0) {
            item.add(
                    Finding.Kind.DAMAGED,
                    DetectionState.journal(all.folder()),
                    "it holds " + Units.count(state.recordings(), "recording") + ", " + RunRecord.FILE + " says "
                            + stated,
                    again + ", which hears the missing ones again");
        }
        Path parquet = all.folder().resolve(OutputFormat.PARQUET.combined());
        for (JsonNode name : detected.path("files")) {
            Path file = all.folder().resolve(name.asText()).normalize();
            if (!file.startsWith(all.folder().normalize())) {
                continue; // a record of somebody who wants other files to be looked at
            }
            if (!Files.exists(file)) {
                item.add(
                        Finding.Kind.DAMAGED,
                        file,
                        "is missing, though " + RunRecord.FILE + " names it",
                        again + ", which writes it from the events that are known");
            } else if (file.equals(parquet.normalize())) {
                rows(file, detected.path("events").asLong(), item, again);
            }
        }
        Path csv = all.folder().resolve(OutputFormat.CSV.combined());
        if (Files.exists(csv)) {
            rows(csv, detected.path("events").asLong(), item, again);
        }
    }

    private static void rows(Path table, long stated, Findings.Item item, String again) {
        AtomicLong rows = new AtomicLong();
        String problem = null;
        try {
            TextTable.forEach(table, _ -> rows.incrementAndGet());
            if (rows.get() != stated) {
                problem = "it has " + Units.count(rows.get(), "event") + ", " + RunRecord.FILE + " says " + stated;
            }
        } catch (IOException | InputException e) {
            problem = FolderCheck.said(e);
        }
        if (problem != null) {
            item.add(Finding.Kind.DAMAGED, table, problem, again + ", which writes it from the events that are known");
        }
    }
}
