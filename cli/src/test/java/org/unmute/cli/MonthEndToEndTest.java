package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.kernels.contract.FullBuild;

/** The commands of {@code docs/month.md}, on a month of two sites that whistle in some weeks. */
@FullBuild("trains a probe and runs all commands of a page")
class MonthEndToEndTest {
    private static final int RATE = 16_000;
    private static final LocalDate FIRST = LocalDate.of(2024, 5, 1);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyyMMdd", Locale.ROOT);

    @TempDir
    static Path folder;

    private static final Random RANDOM = new Random(5);

    @BeforeAll
    static void record() throws IOException {
        float[] dawn = noise(150);
        StringBuilder raven = new StringBuilder(
                "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tSpecies\n");
        for (int box = 0; box < 10; box++) {
            double onset = 8 + 14 * box;
            boolean whistle = box % 2 == 0;
            call(dawn, onset, whistle);
            raven.append(String.format(
                    Locale.ROOT,
                    "%d\tS\t1\t%.4f\t%.4f\t0\t9\t%s\n",
                    box + 1,
                    onset,
                    onset + 1.2,
                    whistle ? "whistle" : "buzz"));
        }
        Wav.write(folder.resolve("dawn.wav"), dawn, RATE);
        Files.writeString(folder.resolve("dawn.Table.1.selections.txt"), raven);
        Matcher table = Pattern.compile("```csv\n(.*?)```", Pattern.DOTALL).matcher(page());
        assertThat(table.find()).isTrue();
        Files.writeString(folder.resolve("deployments.csv"), table.group(1));
        // The whistle is heard in the north in the first and the third week; nothing was recorded in the second.
        for (int day = 0; day < 21; day += 3) {
            if (day < 7 || day >= 14) {
                recording("north", day, true);
            }
            recording("south", day, false);
        }
    }

    private static void recording(String site, int day, boolean whistles) throws IOException {
        float[] sound = noise(8);
        if (whistles) {
            call(sound, 3, true);
        }
        Path file = folder.resolve("month/" + site + "/" + DAY.format(FIRST.plusDays(day)) + "_053000.WAV");
        Files.createDirectories(file.getParent());
        Wav.write(file, sound, RATE);
    }

    private static float[] noise(int seconds) {
        float[] sound = new float[RATE * seconds];
        for (int i = 0; i < sound.length; i++) {
            sound[i] = 0.01f * (float) RANDOM.nextGaussian();
        }
        return sound;
    }

    private static void call(float[] sound, double onset, boolean whistle) {
        int n = (int) (1.2 * RATE);
        int from = (int) (onset * RATE);
        double phase = 0;
        for (int i = 0; i < n; i++) {
            double at = (double) i / n;
            phase += 2 * Math.PI * (whistle ? 2500 + 2000 * at : 220) / RATE;
            double wave = whistle ? Math.sin(phase) : Math.signum(Math.sin(phase));
            sound[from + i] += (float) (0.3 * wave * Math.sin(Math.PI * at));
        }
    }

    private static String page() throws IOException {
        Path root = Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
        return Files.readString(root.resolve("docs/month.md"));
    }

    /** The commands of the page, in order. */
    private static List<String> commands() throws IOException {
        return page().lines().filter(line -> line.startsWith("unmute ")).toList();
    }

    /** Runs a command as if in the folder: names of files and folders are below it. */
    private static Ran run(String command) {
        String[] words = command.split("\\s+");
        List<Object> arguments = new ArrayList<>();
        for (String word : Arrays.asList(words).subList(1, words.length)) {
            boolean path = word.equals(".") || word.endsWith("/") || word.matches(".+\\.(csv|wav|txt)(@.*)?");
            arguments.add(path ? folder.resolve(word).normalize() : word);
        }
        return Ran.unmute(arguments.toArray()).endsWith(ExitCode.OK);
    }

    /** Fills in a table of a review: a call is a whistle in the north, three seconds after the recording began. */
    private static void answer(Path table) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(table));
        List<String> header = List.of(lines.getFirst().split(","));
        for (int i = 1; i < lines.size(); i++) {
            String[] cells = lines.get(i).split(",", -1);
            double begin = Double.parseDouble(cells[header.indexOf("Begin Time (s)")]);
            double end = Double.parseDouble(cells[header.indexOf("End Time (s)")]);
            boolean call = cells[header.indexOf("Begin Path")].startsWith("north/")
                    && cells[header.indexOf("Annotation")].equals("whistle")
                    && begin < 4
                    && end > 3.2;
            cells[header.indexOf("Verdict")] = call ? "yes" : "no";
            lines.set(i, String.join(",", cells));
        }
        Files.write(table, lines);
    }

    @Test
    void theCommandsOfThePageLeadToHistories() throws IOException {
        List<String> commands = commands();
        assertThat(commands.stream().map(line -> line.split(" ")[1]))
                .startsWith("labels", "embed", "probe", "embed", "search", "review")
                .endsWith("review", "summarize", "summarize");
        Ran reviewed = null;
        for (String command : commands) {
            Ran ran = run(command);
            Matcher exported = Pattern.compile("--export (\\S+)").matcher(command);
            if (exported.find()) {
                answer(folder.resolve(exported.group(1)));
            }
            reviewed = command.equals("unmute review events/") ? ran : reviewed;
        }
        assertThat(reviewed.out()).containsPattern("whistle +\\d+");
        assertThat(Files.readAllLines(folder.resolve("summary/histories-wide.csv")))
                .contains("site,label,2024-05-01,2024-05-08,2024-05-15", "north,whistle,1,NA,1", "south,whistle,0,0,0");
        assertThat(folder.resolve("hours/effort.parquet")).isNotEmptyFile();
        CamtrapSchemas.check(folder.resolve("events/camtrapdp"));
        try (Stream<String> rows = Files.lines(folder.resolve("events/events.csv"))) {
            assertThat(rows.filter(row -> row.contains(",whistle,")))
                    .isNotEmpty()
                    .allMatch(
                            row -> row.contains("T05:30:0") && row.contains("+02:00") && row.contains(",north,52.52"));
        }
    }
}
