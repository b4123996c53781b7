package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.cli.review.Learner;
import org.unmute.cli.review.RunLearner;
import org.unmute.data.TextTable;
import org.unmute.data.provenance.FolderManifest;
import org.unmute.data.provenance.Json;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.events.review.ListedEvents;

/** From events over verdicts in a table to labels and to a probe that learned from them. */
class ReviewEndToEndTest {
    @TempDir
    static Path folder;

    private static Path probe;
    private static Path recordings;
    private static Path events;

    @BeforeAll
    static void detect() throws IOException {
        DetectFixture.probes(folder);
        // Events of several classes in each recording at this threshold, so that verdicts leave some unknown.
        probe = DetectFixture.probe(folder, "protobin", folder.resolve("run-protobin"), "--set", "extremes=false");
        recordings = DetectFixture.recordings(folder.resolve("recordings"), 6);
        events = folder.resolve("events");
        Ran.ok("detect", "-q", "--probe", probe, "--audio", recordings, "--threshold", 0.28, "--out", events);
    }

    /** Fills in every row of a table: the first class is there, all others are not. */
    private static void answer(Path table, String present) throws IOException {
        List<String> filled = new ArrayList<>();
        List<String> lines = Files.readAllLines(table);
        List<String> header = List.of(lines.getFirst().split(","));
        int at = header.indexOf("Verdict");
        filled.add(lines.getFirst());
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            cells[at] = cells[header.indexOf("Annotation")].equals(present) ? "yes" : "no";
            filled.add(String.join(",", cells));
        }
        Files.write(table, filled);
    }

    private static JsonNode review(Path of, Object... more) {
        return Ran.ok(Ran.with(new Object[] {"review", "--json", "-q", of}, more))
                .json();
    }

    private static JsonNode of(JsonNode document, String label) {
        for (JsonNode one : document.path("classes")) {
            if (one.path("class").asText().equals(label)) {
                return one;
            }
        }
        throw new AssertionError(label + " is not in " + document);
    }

    @Test
    void verdictsEstimateAndTeach() throws IOException {
        JsonNode before = review(events);
        String label = before.path("classes").path(0).path("class").asText();
        assertThat(of(before, label).at("/precision/low").asDouble()).isZero();
        assertThat(of(before, label).at("/precision/high").asDouble()).isOne();

        Path sample = folder.resolve("sample.csv");
        Ran.ok("review", events, "--export", sample, "--sample", 100);
        answer(sample, label);
        Ran taken = Ran.ok("review", events, "--import", sample);
        assertThat(taken.err()).contains("verdicts taken, 0 were known, 0 rows without a verdict");
        assertThat(Ran.unmute("review", events, "--import", sample).err()).contains("0 verdicts taken");
        JsonNode after = review(events, "--precision", 0.5);
        for (JsonNode one : after.path("classes")) {
            double truth = one.path("class").asText().equals(label) ? 1 : 0;
            // Everything was listened to, so nothing is left to estimate.
            assertThat(one.at("/precision/low").asDouble()).isEqualTo(truth);
            assertThat(one.at("/precision/high").asDouble()).isEqualTo(truth);
        }
        // The manifest of the folder stays true, and the verdicts are checked.
        Ran checked = Ran.ok("fsck", events);
        assertThat(checked.out()).contains("Nothing is damaged or unfinished");

        assertThat(Ran.ok("labels", "--verdicts", events).out()).contains("of the random sample left out");
        Path labels = folder.resolve("labels.csv");
        JsonNode known = Ran.ok("labels", "--json", "--verdicts", events, "--train-on-sample", "--out", labels)
                .json();
        assertThat(of(known, label).path("present").asInt())
                .isEqualTo(of(after, label).path("listed").asInt());
        assertThat(of(known, label).path("absent").asInt()).isZero();
        assertThat(Files.readAllLines(labels).getFirst()).isEqualTo("file,start,end,labels,split,unknown");

        learn();
    }

    private static void learn() throws IOException {
        Path hours = folder.resolve("hours");
        Ran.ok("embed", "-q", "--audio", recordings, "--out", hours);
        Object[] train = Ran.line(
                "probe --probe protobin --epochs 3 --cache {} --labels {} --verdicts {}",
                folder.resolve("cache"),
                folder.resolve("clips/manifest.csv"),
                events);
        Ran nothing = Ran.unmute(Ran.with(train, "--verdict-cache", hours, "--out", folder.resolve("run2")))
                .endsWith(ExitCode.INPUT);
        assertThat(nothing.err()).contains("are of the random sample (--train-on-sample)");
        Ran elsewhere = Ran.unmute(Ran.with(train, "--train-on-sample", "--out", folder.resolve("run2")))
                .endsWith(ExitCode.INPUT);
        assertThat(elsewhere.err()).contains("no tokens in", "with verdicts, the first: ");
        Ran learned =
                Ran.ok(Ran.with(train, "--train-on-sample", "--verdict-cache", hours, "--out", folder.resolve("run3")));
        assertThat(learned.err()).contains("to learn from: ");
        JsonNode record = Json.read(folder.resolve("run3/run.json"));
        assertThat(record.at("/results/verdicts/present").asInt()).isPositive();
        assertThat(record.at("/results/verdicts/absent").asInt()).isPositive();
        assertThat(record.at("/results/verdicts/missing")).isEmpty();
        learnAsThePage(hours);
    }

    /** What the page starts: the training with the verdicts, and events in the cache of the recordings. */
    private static void learnAsThePage(Path hours) throws IOException {
        List<String> lines = new ArrayList<>();
        RunLearner learner = RunLearner.of(ListedEvents.read(events, Double.NaN), events, hours, (out, err, args) -> {
                    Ran ran = Ran.unmute(args.toArray());
                    lines.add(String.join(" ", args));
                    lines.addAll(ran.err().lines().toList());
                    return ran.status();
                })
                .orElseThrow();
        Learner.Learned learned = learner.learn(true, VerdictJournal.read(events), _ -> {});
        assertThat(learned.changes().classes()).isNotEmpty();
        assertThat(lines)
                .anyMatch(l -> l.startsWith("detect ") && l.contains("--cache " + hours))
                .noneMatch(l -> l.contains("encoded, since"));
        Path found = folder.resolve("run-protobin-learned-1-events");
        Path heard = folder.resolve("heard-again");
        Ran.ok(
                "detect -q --probe {} --audio {} --threshold 0.3 --out {}",
                folder.resolve("run-protobin-learned-1"),
                recordings,
                heard);
        verdictsDecide(found, heard);
        // The cache is in float16, which moves scores and at most an event at the threshold.
        assertThat(Files.readAllLines(found.resolve("events.csv")).size())
                .isCloseTo(Files.readAllLines(heard.resolve("events.csv")).size(), within(2))
                .isGreaterThan(1);
    }

    /** What was rejected is in no later list of the same recordings, whatever their names, and what was confirmed is. */
    private static void verdictsDecide(Path found, Path heard) throws IOException {
        List<Verdict> verdicts = VerdictJournal.read(events).latest();
        Path copies = Files.createDirectories(folder.resolve("copies"));
        try (Stream<Path> all = Files.list(recordings)) {
            for (Path file : all.toList()) {
                Files.copy(file, copies.resolve("copy of " + file.getFileName()));
            }
        }
        Path probe = folder.resolve("run-protobin-learned-1");
        Object[] detect = {"detect", "--probe", probe, "--audio", copies, "--threshold", 0.3};
        Path renamed = folder.resolve("renamed");
        Object[] formats = {"--format", "csv,jsonl,raven,parquet", "--page", "--out", renamed};
        Ran ran = Ran.ok(Ran.with(detect, formats));
        assertThat(ran.err()).contains("verdicts of " + events + ": ", "stretches confirmed and ", "--verdicts none");
        assertThat(ran.out()).contains("by earlier verdicts: ", "rejected.csv");
        for (Path later : List.of(found, heard, renamed)) {
            ListedEvents list = ListedEvents.read(later, Double.NaN);
            int confirmed = 0;
            for (Verdict verdict : verdicts) {
                ReviewedEvent e = verdict.event();
                String name = later == renamed ? "copy of " + e.recording() : e.recording();
                List<ReviewedEvent> same = list.of(e.label()).stream()
                        .filter(o -> o.recording().equals(name)
                                && Verdict.Box.shared(o.start(), o.end(), e.start(), e.end()) > 0)
                        .toList();
                if (verdict.answer() == Answer.YES) {
                    assertThat(same).as("%s in %s", e, later).anyMatch(o -> list.isConfirmed(o.key()));
                    confirmed++;
                } else {
                    // What is listed there shares more with what was confirmed.
                    assertThat(same).as("%s in %s", e, later).allMatch(o -> list.isConfirmed(o.key()));
                }
            }
            assertThat(confirmed).isPositive();
        }
        List<String> csv = Files.readAllLines(renamed.resolve("events.csv"));
        assertThat(csv.getFirst()).endsWith(",verdict");
        assertThat(csv).anyMatch(line -> line.endsWith(",confirmed"));
        assertThat(Files.readAllLines(renamed.resolve("rejected.csv"))).hasSizeGreaterThan(1);
        assertThat(Files.readString(renamed.resolve("events.jsonl"))).contains("\"verdict\":\"confirmed\"");
        assertThat(Files.readString(renamed.resolve("raven-combined.txt"))).contains("\tVerdict\n", "\tconfirmed\n");
        assertThat(Files.readString(renamed.resolve("events.html"))).contains("\"confirmed\":[");
        Ran.ok("fsck", renamed);
        JsonNode detected = Json.read(renamed.resolve("run.json")).at("/results/detected");
        assertThat(detected.get("confirmed").asInt()).isPositive();
        assertThat(detected.get("rejected").asInt()).isPositive();
        assertThat(review(renamed).get("confirmedBefore").asInt())
                .isEqualTo(detected.get("confirmed").asInt());
        // The tables of a first run are those of a run that is repeated, and of one without verdicts before.
        Path other = folder.resolve("renamed-again");
        Ran.ok(Ran.with(detect, "--verdicts", "none", "--format", "csv,raven", "--out", other));
        assertThat(Files.readAllLines(other.resolve("events.csv")).getFirst()).doesNotContain("verdict");
        assertThat(other.resolve("rejected.csv")).doesNotExist();
        Ran again = Ran.ok(Ran.with(detect, "--verdicts", events, "--format", "csv,raven", "--out", other));
        assertThat(again.out()).contains(" 0 read now");
        try (Stream<Path> all = Files.walk(renamed)) {
            for (Path file :
                    all.filter(f -> f.toString().matches(".*(csv|txt)")).toList()) {
                assertThat(other.resolve(renamed.relativize(file))).hasSameBinaryContentAs(file);
            }
        }
        Ran.unmute(Ran.with(detect, "--verdicts", copies, "--out", other))
                .fails(ExitCode.INPUT, "there is no " + VerdictJournal.FILE);
        Ran.unmute(Ran.with(detect, "--verdicts", other, "--out", other))
                .fails(ExitCode.USAGE, "is the folder of --out");
        Path sure = folder.resolve("confirmed.csv");
        Ran.ok("review", events, "--export", sure, "--confirmed");
        List<String> answers = new ArrayList<>();
        TextTable.forEach(sure, row -> answers.add(row.text("Verdict")));
        assertThat(answers).containsOnly("yes").hasSizeGreaterThan(1);
        Path handedOn = folder.resolve("handed-on.csv");
        Ran.ok("review", renamed, "--export", handedOn, "--confirmed");
        assertThat(Files.readAllLines(handedOn)).hasSameSizeAs(Files.readAllLines(sure));
        Ran.unmute("review", events, "--confirmed").fails(ExitCode.USAGE, "give --export TABLE");
    }

    @Test
    void damagedVerdictsAreFound() throws IOException {
        Path table = Files.writeString(
                Files.createDirectories(folder.resolve("found")).resolve("events.csv"),
                "file,start,end,label,score\na.wav,1,2,wren,0.9\na.wav,4,5,wren,0.4\n");
        Path sample = folder.resolve("found.csv");
        Ran.ok("review", table, "--export", sample);
        Ran.ok("review", table, "--export", sample);
        answer(sample, "wren");
        byte[] answered = Files.readAllBytes(sample);
        Ran.unmute("review", table, "--export", sample)
                .fails(
                        ExitCode.FAILED,
                        sample + " is already there, and was changed after it had been written: --force replaces it");
        assertThat(sample).hasBinaryContent(answered);
        Ran.ok("review", table, "--import", sample);
        Path journal = table.resolveSibling(VerdictJournal.FILE);
        Files.writeString(journal, Files.readString(journal).replaceFirst("\"yes\"", "\"no\""));
        assertThat(Ran.unmute("fsck", table.getParent())
                        .endsWith(ExitCode.FAILED)
                        .out())
                .contains("crc32c is", "put a copy of " + VerdictJournal.FILE + " back");
        Ran.unmute("review", table).fails(ExitCode.INPUT, VerdictJournal.FILE + ":2");
    }

    @Test
    void verdictsThatAreGoneAreFound() throws IOException {
        Path table = Files.writeString(
                Files.createDirectories(folder.resolve("cut")).resolve("events.csv"),
                "file,start,end,label,score\na.wav,1,2,wren,0.9\na.wav,4,5,wren,0.4\n");
        Path sample = folder.resolve("cut.csv");
        Ran.ok("review", table, "--export", sample);
        answer(sample, "wren");
        Ran.ok("review", table, "--import", sample);
        Ran.ok("fsck", table.getParent());
        Path journal = table.resolveSibling(VerdictJournal.FILE);
        List<String> lines = Files.readAllLines(journal);
        for (int left : new int[] {2, 1, 0, -1}) {
            if (left < 0) {
                Files.delete(journal);
            } else {
                Files.write(journal, lines.subList(0, left));
            }
            assertThat(Ran.unmute("fsck", table.getParent())
                            .endsWith(ExitCode.FAILED)
                            .out())
                    .contains(VerdictJournal.FILE, "put a copy of");
            Ran.unmute("review", table)
                    .fails(
                            ExitCode.INPUT,
                            VerdictJournal.FILE,
                            left < 0 ? "is missing" : " bytes, of ",
                            "put a copy of");
        }
        Path extent = FolderManifest.beside(journal);
        Files.write(journal, lines);
        Files.writeString(extent, Files.readString(extent).replace("bytes", "bites"));
        assertThat(Ran.unmute("fsck", table.getParent())
                        .endsWith(ExitCode.FAILED)
                        .out())
                .contains("delete " + extent)
                .doesNotContain("delete " + journal + ",");
        Files.delete(extent);
        Ran.ok("fsck", table.getParent());
    }

    @Test
    void aClassOfAnyLengthDoesNotWidenTheTable() throws IOException {
        String label = "w".repeat(20_000);
        Path table = Files.writeString(
                Files.createDirectories(folder.resolve("wide")).resolve("events.csv"),
                "file,start,end,label,score\na.wav,1,2," + label + ",0.9\na.wav,4,5,wren,0.4\n");
        assertThat(Ran.ok("review", table).out().lines())
                .allMatch(line -> line.length() < 200)
                .anyMatch(line -> line.startsWith("www") && line.contains("…"));
        assertThat(review(table).path("classes").toString()).contains(label);
    }

    @Test
    void eventsAreNotReplacedWhileTheyAreReviewed() throws IOException {
        Path reviewed = folder.resolve("reviewed");
        Object[] detect = {
            "detect", "-q", "--probe", probe, "--audio", recordings, "--threshold", 0.3, "--out", reviewed
        };
        Ran.ok(detect);
        String before = Files.readString(reviewed.resolve("events.csv"));
        try (VerdictJournal _ = VerdictJournal.open(reviewed)) {
            Ran.unmute(detect).fails(ExitCode.INPUT, "are being reviewed", "end the review", "writing to");
            assertThat(reviewed.resolve("events.csv")).hasContent(before);
            assertThat(reviewed.resolve("run.json")).exists();
        }
        Ran.ok(detect);
    }

    @Test
    void mistakesAreNamed() throws IOException {
        Ran.unmute("review", events, "--doubtful", 5).fails(ExitCode.USAGE, "--export");
        Ran.unmute("review", events, "--floor", 2).fails(ExitCode.INPUT, "choose a lower --floor");
        Ran.unmute("labels", "--verdicts", recordings).fails(ExitCode.INPUT, "there is no " + VerdictJournal.FILE);
        Ran.unmute("labels").fails(ExitCode.USAGE, "--verdicts FOLDER");
    }
}
