package org.unmute.events.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.probes.event.Band;
import org.unmute.probes.event.Event;

class EventJournalTest {
    @TempDir
    Path folder;

    static List<Event> events(int seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Event> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            // Few distinct onsets, so that ties have to be broken.
            double onset = random.nextInt(20) * 0.1;
            double offset = onset + 0.1 + random.nextInt(3);
            all.add(new Event(
                    random.nextInt(5),
                    onset,
                    offset,
                    random.nextFloat(),
                    onset + 0.05,
                    new Band(random.nextDouble(), 1 + random.nextDouble(), random.nextBoolean())));
        }
        return all;
    }

    private static void append(EventJournal journal, String id, List<Event> events, String problem) throws IOException {
        ReadOutcome read = new ReadOutcome(48_000, 12.5, 1, 11.5, List.of("cut short", "ü\n"), problem, true);
        journal.append(new RecordingResult(id, "ab", "stamp", read, events.size()), taker -> {
            for (Event event : events) {
                taker.accept(event);
            }
        });
    }

    private static List<Event> read(EventJournal journal, String id) throws IOException {
        List<Event> all = new ArrayList<>();
        journal.events(id, all::add);
        return all;
    }

    @Test
    void whatWasWrittenIsThereAfterReopening() throws IOException {
        Path file = folder.resolve("log");
        try (EventJournal journal = EventJournal.open(file)) {
            append(journal, "a", events(1, 5000), null);
            append(journal, "b", List.of(), "damaged");
            append(journal, "a", events(2, 3), null);
        }
        try (EventJournal journal = EventJournal.open(file)) {
            assertThat(journal.lost()).isZero();
            assertThat(journal.ids()).containsExactlyInAnyOrder("a", "b");
            assertThat(read(journal, "a")).as("the last block counts").isEqualTo(events(2, 3));
            assertThat(read(journal, "b")).isEmpty();
            assertThat(journal.find("b").read())
                    .isEqualTo(new ReadOutcome(48_000, 12.5, 1, 11.5, List.of("cut short", "ü\n"), "damaged", true));
            assertThat(journal.find("a").read().problem()).isNull();
            assertThat(journal.find("c")).isNull();
        }
    }

    /** A process may be killed after any byte; the next run must produce what an uninterrupted one would have. */
    @Test
    void anUnfinishedBlockIsCutOffAndWrittenAgain() throws IOException {
        Path file = folder.resolve("log");
        long first;
        try (EventJournal journal = EventJournal.open(file)) {
            append(journal, "a", events(1, 2), null);
            first = Files.size(file);
            append(journal, "b", events(2, 3), null);
        }
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            try (EventJournal journal = EventJournal.open(file)) {
                if (journal.find("a") == null) {
                    assertThat(length).isLessThan((int) first);
                    append(journal, "a", events(1, 2), null);
                }
                assertThat(journal.find("b")).as("cut to " + length + " bytes").isNull();
                append(journal, "b", events(2, 3), null);
            }
            assertThat(Files.readAllBytes(file))
                    .as("cut to " + length + " bytes")
                    .isEqualTo(whole);
        }
    }

    @Test
    void aDamagedBlockIsNotBelieved() throws IOException {
        Path file = folder.resolve("log");
        try (EventJournal journal = EventJournal.open(file)) {
            append(journal, "a", events(1, 2), null);
            append(journal, "b", events(2, 3), null);
        }
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x40;
            Files.write(file, damaged);
            try (EventJournal journal = EventJournal.open(file)) {
                assertThat(journal.lost()).as("byte " + at).isPositive();
                assertThat(journal.find("b")).as("byte " + at).isNull();
            }
        }
    }

    @Test
    void aBlockThatCannotBeWrittenLeavesNothing() throws IOException {
        Path file = folder.resolve("log");
        try (EventJournal journal = EventJournal.open(file)) {
            append(journal, "a", events(1, 2), null);
            long size = Files.size(file);
            ReadOutcome read = new ReadOutcome(1, 1, 0, 1, List.of(), null, true);
            RecordingResult result = new RecordingResult("b", "", "", read, 1);
            assertThatThrownBy(() -> journal.append(result, taker -> {
                        throw new IOException("no space left");
                    }))
                    .hasMessageContaining("no space left");
            assertThat(Files.size(file)).isEqualTo(size);
            assertThat(journal.find("b")).isNull();
        }
    }

    @Test
    void eventsAreSortedHoweverManyThereAre() throws IOException {
        for (int count : new int[] {0, 1, 63, 64, 65, 1000}) {
            List<Event> unsorted = events(count, count);
            List<Event> sorted = new ArrayList<>();
            Path spools = Files.createDirectories(folder.resolve("spools"));
            try (EventSpool spool = new EventSpool(spools.resolve("spool"), 64)) {
                unsorted.forEach(spool::add);
                assertThat(spool.count()).isEqualTo(count);
                spool.forEach(sorted::add);
                List<Event> again = new ArrayList<>();
                spool.forEach(again::add);
                assertThat(again).as("a second time").isEqualTo(sorted);
            }
            assertThat(spools).isEmptyDirectory();
            assertThat(sorted).hasSize(count).isSortedAccordingTo(EventCodec.ORDER);
            assertThat(sorted).containsExactlyInAnyOrderElementsOf(unsorted);
        }
    }
}
