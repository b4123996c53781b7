package org.unmute.data.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.provenance.FolderManifest;
import org.unmute.files.FolderLock;
import org.unmute.files.InputException;

/** Verdicts survive whatever happens to the process that writes them. */
class VerdictJournalTest {
    private static final Draw SAMPLE = new Draw(Draw.Kind.SAMPLE, 0.25, "2 of 10", 0.125, "ab".repeat(32));
    private static final Verdict YES = new Verdict(
            event("night/a ü.wav", 1.5),
            Answer.YES,
            "",
            new Verdict.Box(1.25, 2.75, 2000, 4000.5),
            SAMPLE,
            3.25,
            Instant.parse("2026-05-01T04:30:00Z"));
    private static final Verdict OTHER = new Verdict(
            new ReviewedEvent("b.wav", 0, 1, "wren", Double.NaN, Double.NaN, Double.NaN, Double.NaN),
            Answer.OTHER,
            "robin",
            null,
            Draw.notRandom(Draw.Kind.CHOSEN, Double.NaN, ""),
            Double.NaN,
            Instant.parse("2026-05-01T04:31:00.5Z"));
    private static final Verdict UNSURE = new Verdict(
            event("b.wav", 7),
            Answer.UNSURE,
            "",
            null,
            Draw.notRandom(Draw.Kind.DOUBTFUL, 0.25, SAMPLE.list()),
            1,
            Instant.parse("2026-05-01T04:32:00Z"));

    @TempDir
    Path folder;

    private static ReviewedEvent event(String recording, double start) {
        return new ReviewedEvent(recording, start, start + 1, "wren", 1800, 4200, 0.75, start + 0.5);
    }

    private static Path museum() {
        try {
            return Path.of(VerdictJournalTest.class
                    .getResource("/museum/verdicts-1.jsonl")
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private Path file() {
        return folder.resolve(VerdictJournal.FILE);
    }

    private void write() throws IOException {
        try (VerdictJournal journal = VerdictJournal.open(folder)) {
            assertThat(journal.add(YES)).isEqualTo(1);
            assertThat(journal.add(UNSURE)).isEqualTo(2);
            assertThat(journal.undo(2)).contains(UNSURE);
            assertThat(journal.undo(2)).isEmpty();
            assertThat(journal.add(OTHER)).isEqualTo(3);
            assertThat(journal.log().all()).containsExactly(YES, OTHER);
        }
    }

    /** The line of an undo has its time, which the museum cannot know. */
    private static String withoutTime(Path file) throws IOException {
        return Files.readString(file)
                .replaceAll("(\"undo\":2,\"time\":\")[^\"]*", "$1")
                .replaceAll("\"crc32c\":\"[0-9a-f]{8}\"", "");
    }

    @Test
    void ofTheMuseumIsReadAndWrittenAsItWas() throws IOException {
        Files.copy(museum(), file());
        assertThat(VerdictJournal.read(folder).all()).containsExactly(YES, OTHER);
        assertThat(VerdictJournal.read(folder).undone()).isEqualTo(1);
        Files.delete(file());
        write();
        assertThat(withoutTime(file()))
                .as("the format changed: give it a new version and keep both in the museum")
                .isEqualTo(withoutTime(museum()));
    }

    @Test
    void losesAtMostTheLastLineWhereverItIsCut() throws IOException {
        write();
        byte[] all = Files.readAllBytes(file());
        List<Verdict> before = List.of();
        for (int length = 0; length <= all.length; length += 7) {
            Files.write(file(), Arrays.copyOf(all, length));
            Files.delete(FolderManifest.beside(file())); // as of a version before, which stated no extent
            try (VerdictJournal journal = VerdictJournal.open(folder)) {
                List<Verdict> now = journal.log().all();
                int cut = length;
                while (cut > 0 && all[cut - 1] != '\n') {
                    cut--;
                }
                assertThat(journal.lost()).isEqualTo(length - cut);
                assertThat(now.size()).isBetween(before.size() - 1, before.size() + 1);
                before = now;
                journal.add(UNSURE);
            }
            assertThat(VerdictJournal.read(folder).all())
                    .hasSize(before.size() + 1)
                    .contains(UNSURE);
        }
    }

    /** A journal that lost lines which it had is not taken for a short one; an unfinished line is no loss. */
    @Test
    void mayOnlyGrow() throws IOException {
        try (VerdictJournal journal = VerdictJournal.open(folder)) {
            for (int i = 0; i < 60; i++) {
                journal.add(i % 2 == 0 ? YES : UNSURE);
            }
        }
        byte[] all = Files.readAllBytes(file());
        for (int length = 0; length < all.length; length += 97) {
            Files.write(file(), Arrays.copyOf(all, length));
            assertLost(length + " bytes, of " + all.length);
        }
        Files.delete(file());
        assertLost("is missing, of " + all.length);
        byte[] torn = Arrays.copyOf(all, all.length + 5);
        Arrays.fill(torn, all.length, torn.length, (byte) '{');
        Files.write(file(), torn);
        try (VerdictJournal journal = VerdictJournal.open(folder)) {
            assertThat(journal.lost()).isEqualTo(5);
            assertThat(journal.log().all()).hasSize(60);
        }
        Files.write(file(), Arrays.copyOf(all, all.length / 2));
        Files.delete(FolderManifest.beside(file()));
        assertThat(VerdictJournal.read(folder).all()).hasSizeBetween(28, 31);
    }

    private void assertLost(String how) {
        assertFails(InputException.class, () -> VerdictJournal.read(folder), how, "put a copy");
        assertThatThrownBy(() -> VerdictJournal.open(folder)).isInstanceOf(InputException.class);
    }

    /** A killed process has not closed its journal. */
    @Test
    void statesItsExtentWhileItGrows() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("killed"));
        try (VerdictJournal journal = VerdictJournal.open(folder)) {
            for (int i = 0; i < 60; i++) {
                journal.add(YES);
            }
            Files.copy(FolderManifest.beside(file()), FolderManifest.beside(copy.resolve(VerdictJournal.FILE)));
        }
        List<String> lines = Files.readAllLines(file());
        Files.write(copy.resolve(VerdictJournal.FILE), lines.subList(0, 61));
        assertThat(VerdictJournal.read(copy).all()).hasSize(60);
        Files.write(copy.resolve(VerdictJournal.FILE), lines.subList(0, 8));
        assertFails(() -> VerdictJournal.read(copy), "put a copy");
    }

    @Test
    void namesTheLineThatWasChanged() throws IOException {
        write();
        String text = Files.readString(file());
        Files.writeString(file(), text.replace("\"answer\":\"yes\"", "\"answer\":\"no\""));
        assertThatThrownBy(() -> VerdictJournal.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(VerdictJournal.FILE + ":2: crc32c is")
                .hasMessageContaining("delete the line that is named");
    }

    @Test
    void ofAnotherVersionIsLeftAlone() throws IOException {
        byte[] bytes = "{\"format\":\"unmute-verdicts-2\"}\n".getBytes(StandardCharsets.UTF_8);
        Files.write(file(), bytes);
        assertFails(InputException.class, () -> VerdictJournal.open(folder), "another version of unmute");
        assertThat(file()).hasBinaryContent(bytes);
    }

    @Test
    void hasOneWriter() throws IOException {
        try (VerdictJournal _ = VerdictJournal.open(folder)) {
            assertFails(FolderLock.HeldException.class, () -> VerdictJournal.open(folder), VerdictJournal.FILE);
            assertThat(VerdictJournal.read(folder).all()).isEmpty();
        }
        try (VerdictJournal again = VerdictJournal.open(folder)) {
            assertThat(again.lost()).isZero();
        }
    }

    /** A finished folder stays finished: its manifest does not name the verdicts. */
    @Test
    void leavesTheManifestAlone() throws IOException {
        Path manifest = Files.writeString(folder.resolve("manifest.json"), "as it was");
        write();
        assertThat(manifest).hasContent("as it was");
    }

    @Test
    void keepsHowAnEventWasDrawnWhenItsAnswerIsCorrected() throws IOException {
        Verdict corrected = new Verdict(
                YES.event(), Answer.NO, "", null, Draw.notRandom(Draw.Kind.CHOSEN, 0.25, ""), 2, YES.time());
        try (VerdictJournal journal = VerdictJournal.open(folder)) {
            journal.add(YES);
            journal.add(corrected);
            assertThat(journal.log().latest()).singleElement().satisfies(v -> {
                assertThat(v.answer()).isEqualTo(Answer.NO);
                assertThat(v.draw()).isEqualTo(SAMPLE);
            });
        }
    }
}
