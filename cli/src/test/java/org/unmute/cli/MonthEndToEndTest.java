package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.Recording;
import org.unmute.audio.Wav;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.contract.golden.RealData;

/** The commands of {@code docs/month.md}, on a month of two sites that whistle in some weeks. */
@FullBuild("trains a probe and runs all commands of a page")
class MonthEndToEndTest {
    private static final int RATE = 16_000;
    private static final double CALL_SECONDS = 1.2;
    private static final LocalDate FIRST = LocalDate.of(2024, 5, 1);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyyMMdd", Locale.ROOT);

    /** What the recordings are made of. */
    private interface Sounds {
        float[] background(int seconds);

        /**
         * Adds a call.
         *
         * @param wanted whether it is of the class that the page calls whistle
         */
        void call(float[] sound, double onset, boolean wanted);
    }

    /** Noise, whistles and buzzes. */
    private static final class Synthetic implements Sounds {
        private final Random random = new Random(5);

        @Override
        public float[] background(int seconds) {
            float[] sound = new float[RATE * seconds];
            for (int i = 0; i < sound.length; i++) {
                sound[i] = 0.01f * (float) random.nextGaussian();
            }
            return sound;
        }

        @Override
        public void call(float[] sound, double onset, boolean whistle) {
            int n = (int) (CALL_SECONDS * RATE);
            int from = (int) (onset * RATE);
            double phase = 0;
            for (int i = 0; i < n; i++) {
                double at = (double) i / n;
                phase += 2 * Math.PI * (whistle ? 2500 + 2000 * at : 220) / RATE;
                double wave = whistle ? Math.sin(phase) : Math.signum(Math.sin(phase));
                sound[from + i] += (float) (0.3 * wave * Math.sin(Math.PI * at));
            }
        }
    }

    /** Rain, roosters in place of whistles, and dogs, of ESC-10; no recording is used twice. */
    private static final class Real implements Sounds {
        private final Iterator<float[]> rain;
        private final Iterator<float[]> roosters;
        private final Iterator<float[]> dogs;

        Real() throws IOException {
            Path esc10 = RealData.require("esc10");
            Map<String, List<float[]>> all = new HashMap<>();
            for (String row : Files.readAllLines(esc10.resolve("manifest.csv"))) {
                String[] cells = row.split(",");
                if (Set.of("rain", "rooster", "dog_bark").contains(cells[3])) {
                    Recording recording = AudioFiles.read(esc10.resolve("audio/" + cells[0]));
                    assertThat(recording.sampleRate()).isEqualTo(RATE);
                    all.computeIfAbsent(cells[3], _ -> new ArrayList<>()).add(recording.samples());
                }
            }
            rain = all.get("rain").iterator();
            roosters = all.get("rooster").iterator();
            dogs = all.get("dog_bark").iterator();
        }

        @Override
        public float[] background(int seconds) {
            float[] drops = rain.next();
            float[] sound = new float[RATE * seconds];
            for (int i = 0; i < sound.length; i++) {
                sound[i] = 0.1f * drops[i % drops.length];
            }
            return sound;
        }

        @Override
        public void call(float[] sound, double onset, boolean rooster) {
            float[] call = (rooster ? roosters : dogs).next();
            int loudest = IntStream.range(0, call.length)
                    .reduce((a, b) -> Math.abs(call[b]) > Math.abs(call[a]) ? b : a)
                    .orElseThrow();
            int n = (int) (CALL_SECONDS * RATE);
            int first = Math.clamp(loudest - n / 2, 0, call.length - n);
            for (int i = 0; i < n; i++) {
                sound[(int) (onset * RATE) + i] += call[first + i];
            }
        }
    }

    @TempDir
    Path folder;

    private void record(Sounds sounds) throws IOException {
        float[] dawn = sounds.background(150);
        StringBuilder raven = new StringBuilder(
                "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tSpecies\n");
        for (int box = 0; box < 10; box++) {
            double onset = 8 + 14 * box;
            boolean whistle = box % 2 == 0;
            sounds.call(dawn, onset, whistle);
            raven.append(String.format(
                    Locale.ROOT,
                    "%d\tS\t1\t%.4f\t%.4f\t0\t9\t%s\n",
                    box + 1,
                    onset,
                    onset + CALL_SECONDS,
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
                recording(sounds, "north", day, true);
            }
            recording(sounds, "south", day, false);
        }
    }

    private void recording(Sounds sounds, String site, int day, boolean whistles) throws IOException {
        float[] sound = sounds.background(8);
        if (whistles) {
            sounds.call(sound, 3, true);
        }
        Path file = folder.resolve("month/" + site + "/" + DAY.format(FIRST.plusDays(day)) + "_053000.WAV");
        Files.createDirectories(file.getParent());
        Wav.write(file, sound, RATE);
    }

    private static String page() throws IOException {
        Path root = Checkout.root();
        return Files.readString(root.resolve("docs/month.md"));
    }

    /** The commands of the page, in order. */
    private static List<String> commands() throws IOException {
        return page().lines().filter(line -> line.startsWith("unmute ")).toList();
    }

    /** Runs a command as if in the folder: names of files and folders are below it. */
    private Ran run(String command) {
        String[] words = command.split("\\s+");
        List<Object> arguments = new ArrayList<>();
        for (String word : Arrays.asList(words).subList(1, words.length)) {
            boolean path = word.equals(".") || word.endsWith("/") || word.matches(".+\\.(csv|wav|txt)(@.*)?");
            arguments.add(path ? folder.resolve(word).normalize() : word);
        }
        return Ran.ok(arguments.toArray());
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

    /** Runs the commands of the page, and answers as the listener does. */
    private Ran runAll() throws IOException {
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
        return reviewed;
    }

    @Test
    void theCommandsOfThePageLeadToHistories() throws IOException {
        record(new Synthetic());
        assertThat(runAll().out()).containsPattern("whistle +\\d+");
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

    /** Real roosters in rain: what is found depends on five of them, the dates and the effort do not. */
    @Test
    void realRecordingsGoTheSameWay() throws IOException {
        record(new Real());
        assertThat(runAll().out()).contains("whistle");
        assertThat(Files.readAllLines(folder.resolve("found/events.csv")))
                .as("moments like the rooster")
                .anyMatch(row -> row.startsWith("north/"));
        assertThat(Files.readAllLines(folder.resolve("summary/effort-wide.csv")))
                .hasSize(3);
        List<String> histories = Files.readAllLines(folder.resolve("summary/histories-wide.csv"));
        assertThat(histories.getFirst()).isEqualTo("site,label,2024-05-01,2024-05-08,2024-05-15");
        assertThat(histories).anyMatch(row -> row.matches("north,whistle,[01],NA,[01]"));
        CamtrapSchemas.check(folder.resolve("events/camtrapdp"));
    }
}
