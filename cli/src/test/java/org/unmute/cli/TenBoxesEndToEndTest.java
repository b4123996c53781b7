package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.cli.review.RunLearner;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.events.review.ListedEvents;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.probes.pool.TrainedProbe;

/**
 * A recording in which an annotator drew ten boxes, four in the quick build, and left many calls unmarked: the commands
 * in {@code docs/labels.md} lead from the boxes to detections of the unmarked calls.
 */
class TenBoxesEndToEndTest {
    private static final int RATE = 16_000;
    private static final int BOXES = Boolean.getBoolean("unmute.full") ? 10 : 4;

    private static final int SECONDS = 40 * BOXES;
    private static final String RAVEN =
            "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\t" + "High Freq (Hz)\tSpecies\n";

    @TempDir
    static Path folder;

    private record Call(double onset, double offset, String label, boolean marked) {
        boolean touches(double start, double end) {
            // The table is rounded to tenths of a millisecond.
            return onset < end - 1e-3 && offset > start + 1e-3;
        }
    }

    private static final List<Call> CALLS = new ArrayList<>();

    @BeforeAll
    static void record() throws IOException {
        Random random = new Random(11);
        float[] sound = new float[RATE * SECONDS];
        for (int i = 0; i < sound.length; i++) {
            sound[i] = 0.01f * (float) random.nextGaussian();
        }
        StringBuilder raven = new StringBuilder(RAVEN);
        for (int box = 0; box < BOXES; box++) {
            double marked = 12 + 39 * box + random.nextDouble();
            call(sound, marked, box % 2 == 0, true);
            Call call = CALLS.getLast();
            raven.append(String.format(
                    Locale.ROOT,
                    "%d\tS\t1\t%.4f\t%.4f\t%s\t%s\n",
                    box + 1,
                    call.onset,
                    call.offset,
                    call.label.equals("whistle") ? "2400\t4600" : "150\t3000",
                    call.label));
            // These calls are left unmarked.
            call(sound, marked + 13, box % 3 == 0, false);
            call(sound, marked + 19, box % 3 != 0, false);
        }
        Wav.write(folder.resolve("dawn.wav"), sound, RATE);
        Files.writeString(folder.resolve("dawn.Table.1.selections.txt"), raven);
    }

    private static void call(float[] sound, double onset, boolean whistle, boolean marked) {
        int n = (int) (1.2 * RATE);
        int from = (int) (onset * RATE);
        double phase = 0;
        for (int i = 0; i < n; i++) {
            double at = (double) i / n;
            phase += 2 * Math.PI * (whistle ? 2500 + 2000 * at : 220) / RATE;
            double wave = whistle ? Math.sin(phase) : Math.signum(Math.sin(phase));
            sound[from + i] += (float) (0.3 * wave * Math.sin(Math.PI * at));
        }
        CALLS.add(new Call(onset, onset + 1.2, whistle ? "whistle" : "buzz", marked));
    }

    /** The commands of a part of the section in {@code docs/labels.md}, one per line. */
    private static List<String> commands(boolean boxes) throws IOException {
        return commands(boxes ? 3 : 2);
    }

    private static List<String> commands(int part) throws IOException {
        Path root = Checkout.root();
        Matcher section = Pattern.compile(
                        "## Ten boxes in one recording.*?```\n(.*?)```.*?```\n(.*?)```.*?```\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(root.resolve("docs/labels.md")));
        assertThat(section.find()).isTrue();
        return section.group(part).replace("\\\n", "").lines().toList();
    }

    /** Runs a line as it stands, in a process in the folder; in the quick build in this process, with the paths of it. */
    private static Ran run(String line) throws Exception {
        List<String> words = List.of(line.strip().split("\\s+"));
        assertThat(words.getFirst()).isEqualTo("unmute");
        List<String> arguments = words.subList(1, words.size());
        if (!Boolean.getBoolean("unmute.full")) {
            return Ran.unmute(
                    arguments.stream().map(TenBoxesEndToEndTest::inFolder).toArray());
        }
        List<String> child = new ArrayList<>(List.of("-cp", Java.joined(Java.path()), Main.class.getName()));
        child.addAll(arguments);
        return Java.run(folder, Map.of(), child);
    }

    private static Object inFolder(String word) {
        return word.matches("\\.|.+(/|\\.(csv|txt|wav))") ? folder.resolve(word) : word;
    }

    @Test
    @FullBuild("leaves boxes out in turn, a probe each")
    void theCommandsOfThePageFindWhatWasNotMarked() throws Exception {
        List<String> commands = commands(false);
        assertThat(commands)
                .extracting(line -> line.split(" ")[1])
                .containsExactly("labels", "embed", "probe", "detect");
        Ran labels = run(commands.getFirst()).endsWith(ExitCode.OK);
        assertThat(labels.out())
                .contains("of 1 of 1 recordings only the marks and 5 s around each (--margin) are known")
                .contains("of the recordings lie outside the marks and their margin: nothing is known there")
                .containsPattern("[0-9]+ blocks of time; ");
        requireTrue(Files.readAllLines(folder.resolve("clips.csv")));
        run(commands.get(1)).endsWith(ExitCode.OK);
        assertThat(run(commands.get(2)).endsWith(ExitCode.OK).out().lines())
                .endsWith(
                        "fewer than 20 clips of 2 classes: better is a probe of what this finds, to listen to:",
                        "  unmute find dawn.Table.1.selections.txt --audio dawn.wav");
        assertThat(TrainedProbe.open(folder.resolve("run/probe-seed0.safetensors"))
                        .eventDecisions()
                        .classes())
                .allMatch(c -> c.recordings() > 1);
        run(commands.get(3)).endsWith(ExitCode.OK);
        requireUnmarked("events", 15);
        assertThat(commands(true)).extracting(line -> line.split(" ")[1]).containsExactly("probe", "detect");
        for (String command : commands(true)) {
            // Boxes of validation and test clips are in clips, too.
            assertThat(run(command).endsWith(ExitCode.OK).err()).doesNotContain("lie in no clip");
        }
        requireUnmarked("found-boxes", 15);
    }

    /** The page without validation clips: a probe of boxes that learns no thresholds. */
    @Test
    @FullBuild("leaves boxes out in turn, a probe each")
    void theCommandsOfThePageRunWithoutValidationClips() throws Exception {
        List<String> commands = new ArrayList<>(commands(false).subList(0, 2));
        commands.addAll(commands(true));
        for (String command : commands) {
            String other = command.replace("train=0.6,validation=0.2,test=0.2", "train=0.75,test=0.25")
                    .replaceAll("(clips\\.csv|cache/|boxes/)", "two-$1")
                    .replace("found-two-boxes/", "two-found-boxes/");
            run(other).endsWith(ExitCode.OK);
        }
        requireUnmarked("two-found-boxes", 5);
    }

    /** The first part of the page: moments like the boxes, verdicts on them by the truth, a probe, and its events. */
    @Test
    void thePageLeadsFromBoxesByVerdictsToEvents() throws Exception {
        List<String> commands = commands(1);
        assertThat(commands).extracting(line -> line.split(" ")[1]).containsExactly("find", "probe", "detect");
        Ran found = run(commands.getFirst() + " --no-review").endsWith(ExitCode.OK);
        // The next commands that it prints are those of the page.
        String printed = found.out().replace(folder + "/", "").replaceAll("/(?=\\s)", "");
        commands.subList(1, 3).forEach(line -> assertThat(printed).contains(line.replaceAll("/(?=\\s|$)", "")));
        requireUnmarked("found/events", 2 * BOXES - 2);
        // Again: nothing is embedded or found a second time.
        Path cache = folder.resolve("found/cache/shard-00000.tok");
        byte[] tokens = Files.readAllBytes(cache);
        Ran again = run(commands.getFirst() + " --no-review").endsWith(ExitCode.OK);
        assertThat(again.out()).isEqualTo(found.out());
        assertThat(cache).hasBinaryContent(tokens);
        answer();
        for (String command : commands.subList(1, 3)) {
            run(command).endsWith(ExitCode.OK);
        }
        requireUnmarked("found/detected", 2 * BOXES - 2);
        // Two thirds of the calls were found and confirmed, the others are the boxes themselves.
        List<String> best = Files.readAllLines(folder.resolve("found/detected/events.csv")).stream()
                .skip(1)
                .sorted(Comparator.comparingDouble((String row) -> Double.parseDouble(row.split(",")[4]))
                        .reversed())
                .limit(3 * BOXES)
                .toList();
        assertThat(best.stream().filter(row -> CALLS.stream().anyMatch(call -> isIn(row, call))))
                .hasSizeGreaterThanOrEqualTo(3 * BOXES - 2);
        learnInThePage();
        Ran.ok("fsck", "-q", folder.resolve("found"));
    }

    /** Verdicts by the truth, in the table of a review. */
    private static void answer() throws IOException {
        Path events = folder.resolve("found/events");
        Path sample = folder.resolve("sample.csv");
        Ran.ok("review", events, "--export", sample, "--sample", 4 * BOXES);
        List<String> lines = new ArrayList<>(Files.readAllLines(sample));
        List<String> header = List.of(lines.getFirst().split(","));
        for (int i = 1; i < lines.size(); i++) {
            String[] cells = lines.get(i).split(",", -1);
            String row = String.join(
                    ",",
                    "",
                    cells[header.indexOf("Begin Time (s)")],
                    cells[header.indexOf("End Time (s)")],
                    cells[header.indexOf("Annotation")]);
            cells[header.indexOf("Verdict")] = CALLS.stream().anyMatch(call -> isIn(row, call)) ? "yes" : "no";
            lines.set(i, String.join(",", cells));
        }
        Files.write(sample, lines);
        Ran.ok("review", events, "--import", sample);
    }

    /** What the button in the page does with the verdicts on what was found. */
    private static void learnInThePage() throws IOException {
        Path events = folder.resolve("found/events");
        List<String> lines = new ArrayList<>();
        RunLearner learner = RunLearner.of(ListedEvents.read(events, Double.NaN), events, null, (_, _, args) -> {
                    lines.add(args.getFirst());
                    return Ran.unmute(args.stream()
                                    .map(TenBoxesEndToEndTest::inFolder)
                                    .toArray())
                            .status();
                })
                .orElseThrow();
        learner.learn(true, VerdictJournal.read(events), _ -> {});
        assertThat(lines).containsExactly("probe", "detect");
        assertThat(folder.resolve("found/run-learned-1-events/events.csv")).exists();
    }

    @Test
    void aTableThatCannotBeSearchedForIsRefusedBeforeAnythingIsWritten() throws IOException {
        Path out = folder.resolve("nothing");
        Path table = folder.resolve("without.csv");
        for (String[] one : new String[][] {
            {"file,start,end,label\n", "has no row: draw some boxes, and save the table"},
            {"file,start,end,label\ndawn.wav,1,2,\n", "a row of " + table + " has no class: 1.0 to 2.0 s"}
        }) {
            Files.writeString(table, one[0]);
            Ran ran = Ran.unmute("find", table, "--audio", folder.resolve("dawn.wav"), "--out", out, "--no-review")
                    .endsWith(ExitCode.INPUT);
            assertThat(ran.err()).contains("unmute find: ", one[1]);
            assertThat(out).doesNotExist();
        }
        Path boxes = folder.resolve("dawn.Table.1.selections.txt");
        Ran.unmute("find", boxes, "--audio", folder.resolve("dawn.wav"), "--out", out, "--top", 0)
                .fails(ExitCode.USAGE, "--top must be above 0");
        assertThat(out).doesNotExist();
    }

    private static void requireUnmarked(String out, int least) throws IOException {
        List<String> found = Files.readAllLines(folder.resolve(out).resolve("events.csv"));
        long unmarked = CALLS.stream()
                .filter(call -> !call.marked && found.stream().skip(1).anyMatch(row -> isIn(row, call)))
                .count();
        assertThat(unmarked).as("of calls that nobody marked, %d", 2 * BOXES).isGreaterThanOrEqualTo(least);
    }

    private static boolean isIn(String row, Call call) {
        String[] cells = row.split(",");
        return cells[3].equals(call.label) && call.touches(Double.parseDouble(cells[1]), Double.parseDouble(cells[2]));
    }

    /** Checks that each box is an example, and that no clip claims silence where calls were merely unmarked. */
    private static void requireTrue(List<String> rows) {
        assertThat(rows.getFirst()).isEqualTo("file,start,end,labels,split");
        for (String label : List.of("whistle", "buzz")) {
            assertThat(rows.stream().filter(row -> row.contains("," + label + ",")))
                    .hasSize(5)
                    .anyMatch(row -> row.endsWith("train"))
                    .anyMatch(row -> row.endsWith("validation"));
        }
        int without = 0;
        for (String row : rows.subList(1, rows.size())) {
            String[] cells = row.split(",", -1);
            double start = Double.parseDouble(cells[1]);
            double end = Double.parseDouble(cells[2]);
            assertThat(CALLS.stream()
                            .filter(call -> call.touches(start, end))
                            .map(Call::label)
                            .toList())
                    .isEqualTo(cells[3].isEmpty() ? List.of() : List.of(cells[3]));
            without += cells[3].isEmpty() ? 1 : 0;
        }
        assertThat(without).isGreaterThan(10);
        assertThat(rows.stream().skip(1).map(row -> row.substring(row.lastIndexOf(',') + 1)))
                .contains("train", "validation", "test");
    }

    private static Ran labels(Object... more) {
        Object[] all = {"labels", folder.resolve("dawn.Table.1.selections.txt"), "--audio", folder.resolve("dawn.wav")};
        return Ran.unmute(Ran.with(all, more));
    }

    @Test
    void whatIsNotKnownIsWrittenAndCountsNowhere() throws IOException {
        Path out = folder.resolve("narrow.csv");
        Ran narrow = labels("--margin", 1, "--out", out).endsWith(ExitCode.OK);
        assertThat(narrow.out())
                .contains(
                        BOXES + " of " + BOXES + " clips count neither as examples of some classes nor as clips without"
                                + " them, because this is not known: buzz " + BOXES / 2 + ", whistle " + BOXES / 2)
                .contains(
                        "2 classes are absent from no clip to train on, so that nothing shows what they are not: buzz,"
                                + " whistle");
        assertThat(Files.readAllLines(out))
                .hasSize(1 + BOXES)
                .startsWith("file,start,end,labels,split,unknown")
                .allMatch(row -> row.endsWith(",*") || row.endsWith("unknown"));
        Path scores = folder.resolve("scores.csv");
        StringBuilder text = new StringBuilder("file,buzz,whistle\n");
        for (String row : Files.readAllLines(out).subList(1, 1 + BOXES)) {
            String[] cells = row.split(",");
            text.append(cells[0] + "#" + cells[1] + "-" + cells[2] + ",0.1,0.9\n");
        }
        Files.writeString(scores, text);
        assertThat(Ran.ok("eval", "-q", "--scores", scores, "--labels", out).out())
                .contains(BOXES + " labels are not known (nobody looked there) and count nowhere");
        JsonNode document = Ran.ok("eval", "-q", "--json", "--scores", scores, "--labels", out)
                .json();
        assertThat(document.at("/unknownLabels").asInt()).isEqualTo(BOXES);
        // Every clip whose label for a class is known has the class, so ranking cannot fail and there are no negatives
        // to rank.
        assertThat(document.at("/metrics/mAP_macro_skip/mean").asDouble()).isEqualTo(1);
        assertThat(document.at("/metrics/auroc_macro_skip/mean").isNumber()).isFalse();
    }

    @Test
    void aCompleteTableIsReadAsBefore() throws IOException {
        Path list = Files.writeString(folder.resolve("complete.csv"), "file\ndawn.wav\n");
        JsonNode all = labels("--complete", "--json").endsWith(ExitCode.OK).json();
        JsonNode listed =
                labels("--complete=" + list, "--json").endsWith(ExitCode.OK).json();
        assertThat(listed).isEqualTo(all);
        assertThat(all.at("/clips").asInt()
                        + all.at("/clipsWithPartOfEventLeftOut").asInt())
                .isEqualTo(SECONDS / 5);
        assertThat(all.at("/secondsNotKnown").asDouble()).isZero();
        Files.writeString(list, "class\nbuzz\n");
        JsonNode one =
                labels("--complete=" + list, "--json").endsWith(ExitCode.OK).json();
        assertThat(one.at("/audit/clipsNotKnown/whistle").asInt()).isGreaterThan(3 * BOXES);
        assertThat(one.at("/audit/clipsNotKnown").has("buzz")).isFalse();
        assertThat(one.at("/audit/neverAbsent").size()).isZero();
    }

    @Test
    void optionsThatContradictEachOtherAreRefused() throws IOException {
        Map<List<Object>, String> wrong = Map.of(
                List.of("--complete", "--margin", 3), "--complete says that all that is there is marked, --margin that",
                List.of("--complete", "--sparse"), "--complete says that all that is there is marked, --sparse that",
                List.of("--margin", -1), "the margin around marks must be 0 seconds or more: -1.0 (--margin)",
                List.of("--block", 30), "--block and --guard are for blocks of time: give --group-by block",
                List.of("--group-by", "block"), "--group-by is for new splits: give --split",
                List.of("--group-by", "block", "--split", "train=1,test=1", "--block", 8),
                        "a block of 8 s has no room for a clip of 5 s and a guard of 5 s (--block, --guard)");
        wrong.forEach((options, message) -> assertThat(
                        labels(options.toArray()).endsWith(ExitCode.USAGE).err())
                .contains(message));
        labels("--clip", "rows", "--group-by", "block", "--split", "train=1,test=1")
                .fails(ExitCode.INPUT, "'dawn.wav' is a whole recording: cut recordings into clips (--clip SECONDS)");
        Path empty = Files.writeString(folder.resolve("empty").resolveSibling("dawn.txt"), "");
        Path classes = Files.writeString(folder.resolve("classes.txt"), "buzz\n");
        Ran.unmute("labels", empty, "--audio", folder.resolve("dawn.wav"), "--vocabulary", classes)
                .fails(
                        ExitCode.INPUT,
                        "no clip is left of 1 labelled recordings",
                        "the labels say nothing of them: give --complete if all that is there is marked");
    }
}
