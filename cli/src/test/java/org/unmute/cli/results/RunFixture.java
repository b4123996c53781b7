package org.unmute.cli.results;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Writes folders as {@code unmute benchmark} leaves them, with made-up scores. */
public final class RunFixture {
    public static final Name EAT = new Name("eat", "EAT");
    public static final Name BEATS = new Name("beats", "BEATs");
    public static final Name URBAN = new Name("urban", "URBAN-SED");
    public static final Name ESC = new Name("esc50", "ESC-50");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> CLASSES = List.of(
            "air_conditioner",
            "car_horn",
            "children_playing",
            "dog_bark",
            "drilling",
            "engine_idling",
            "gun_shot",
            "jackhammer",
            "siren",
            "street_music");

    private final Path folder;

    /** A run's folder with its grid and no cell. */
    public RunFixture(Path folder, List<Name> encoders, List<Name> datasets, List<String> probes) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder);
        Map<String, Object> grid = new LinkedHashMap<>();
        grid.put("version", "0.1.0-TEST");
        grid.put(
                "encoders",
                encoders.stream()
                        .map(n -> Map.of("name", n.key(), "title", n.title()))
                        .toList());
        grid.put(
                "datasets",
                datasets.stream()
                        .map(n -> Map.of("name", n.key(), "title", n.title()))
                        .toList());
        grid.put("probes", probes.stream().map(p -> Map.of("name", p)).toList());
        grid.put("settings", new LinkedHashMap<>(Map.of("epochs", 30, "seeds", 3)));
        grid.put(
                "cells",
                encoders.stream()
                        .flatMap(e -> datasets.stream()
                                .flatMap(d -> probes.stream().map(p -> e.key() + "/" + d.key() + "/" + p)))
                        .toList());
        JSON.writeValue(folder.resolve(Grid.FILE).toFile(), grid);
    }

    public Path folder() {
        return folder;
    }

    /** Two encoders, two data sets, five probes and one more number of prototypes; one cell is missing. */
    public static RunFixture standard(Path folder) throws IOException {
        List<String> probes = List.of("linear", "mhca", "linpre", "proto", "protobin", "protobin-j5");
        RunFixture run = new RunFixture(folder, List.of(EAT, BEATS), List.of(URBAN, ESC), probes);
        double base = 0.55;
        for (Name encoder : List.of(EAT, BEATS)) {
            for (Name dataset : List.of(URBAN, ESC)) {
                run.cell(encoder, dataset, "linear", Map.of(), base, base + 0.004, base - 0.002);
                run.cell(encoder, dataset, "mhca", Map.of(), base + 0.081, base + 0.102, base + 0.069);
                run.cell(encoder, dataset, "linpre", Map.of(), base + 0.05, base + 0.052, base + 0.049);
                run.cell(
                        encoder,
                        dataset,
                        "protobin",
                        Map.of("prototypes", "20"),
                        base + 0.151,
                        base + 0.149,
                        base + 0.156);
                run.cell(
                        encoder,
                        dataset,
                        "protobin-j5",
                        Map.of("prototypes", "5"),
                        base + 0.131,
                        base + 0.133,
                        base + 0.128);
                if (encoder.equals(EAT) || dataset.equals(ESC)) {
                    run.cell(
                            encoder,
                            dataset,
                            "proto",
                            Map.of("prototypes", "20"),
                            base + 0.141,
                            base + 0.139,
                            base + 0.136);
                }
                base += 0.037;
            }
        }
        return run;
    }

    /** Writes a finished cell; the kind of probe is the folder's name up to a hyphen and a {@code j}. */
    public Path cell(Name encoder, Name dataset, String probeFolder, Map<String, String> options, double... tests)
            throws IOException {
        Path cell = Files.createDirectories(
                folder.resolve(encoder.key()).resolve(dataset.key()).resolve(probeFolder));
        String probe = probeFolder.replaceFirst("-j[0-9]+$", "");
        Random random =
                new Random(cell.toString().substring(folder.toString().length()).hashCode());
        List<Map<String, Object>> seeds = new ArrayList<>();
        double speed = 2000 + 900 * random.nextDouble();
        for (int s = 0; s < tests.length; s++) {
            String name = "seed-" + s;
            seeds.add(ordered(
                    "seed",
                    s,
                    "validation",
                    tests[s] + 0.01,
                    "test",
                    tests[s],
                    "seconds",
                    12.5,
                    "clipsPerSecond",
                    speed,
                    "folder",
                    name));
            seed(Files.createDirectories(cell.resolve(name)), tests[s], random);
        }
        Score test = Score.of(tests);
        long parameters = switch (probe) {
            case "linear", "linpre" -> 7690;
            case "mhca" -> 1_188_106;
            default -> 7690L * Integer.parseInt(options.getOrDefault("prototypes", "20")) + 1810;
        };
        boolean accuracy = dataset.equals(ESC);
        Map<String, Object> json = ordered(
                "encoder",
                encoder.key(),
                "encoderTitle",
                encoder.title(),
                "dataset",
                dataset.key(),
                "datasetTitle",
                dataset.title(),
                "probe",
                probe,
                "metric",
                accuracy ? "accuracy" : "mAP",
                "higherIsBetter",
                true,
                "parameters",
                parameters,
                "classes",
                CLASSES.size(),
                "trials",
                50,
                "pruned",
                31,
                "best",
                ordered("lr", 0.0123, "wd", 3.4e-5, "validation", test.mean() + 0.01),
                "seeds",
                seeds,
                "validationMean",
                test.mean() + 0.01,
                "validationSd",
                test.sd(),
                "testMean",
                test.mean(),
                "testSd",
                test.sd(),
                "options",
                options,
                "clipsPerSecond",
                speed,
                "trainClips",
                6000,
                "validationClips",
                2000,
                "testClips",
                2000,
                "encoderSettings",
                Map.of("model", encoder.key(), "frames", 1024),
                "cache",
                "cache/" + encoder.key());
        if (tests.length == 1) {
            json.put("testSd", null);
            json.put("validationSd", null);
        }
        JSON.writeValue(cell.resolve(Cell.FILE).toFile(), json);
        StringBuilder trials = new StringBuilder();
        for (int t = 0; t < 50; t++) {
            trials.append(JSON.writeValueAsString(ordered(
                            "trial",
                            t,
                            "stage",
                            t < 25 ? "sobol" : "tpe",
                            "lr",
                            0.01,
                            "wd",
                            1e-5,
                            "validation",
                            0.5,
                            "pruned",
                            t < 31,
                            "seconds",
                            1.5)))
                    .append('\n');
        }
        Files.writeString(cell.resolve("trials.jsonl"), trials.toString());
        return cell;
    }

    private static void seed(Path seed, double test, Random random) throws IOException {
        StringBuilder classes = new StringBuilder("class,ap,positives,auroc\n");
        for (int c = 0; c < CLASSES.size(); c++) {
            double ap = Math.clamp(test + 0.05 * (c - 4.5) + 0.01 * random.nextGaussian(), 0.01, 0.99);
            classes.append(String.format(
                    Locale.ROOT,
                    "%s,%.6f,%d,%.4f%n",
                    CLASSES.get(c),
                    ap,
                    120 + 40 * ((7 * c) % 10),
                    Math.min(1, ap + 0.2)));
        }
        Files.writeString(seed.resolve("per-class.csv"), classes.toString());
        StringBuilder loss = new StringBuilder("epoch,loss,validation,lr\n");
        for (int e = 1; e <= 30; e++) {
            loss.append(String.format(
                    Locale.ROOT,
                    "%d,%.6f,%.6f,%.6f%n",
                    e,
                    0.05 + 0.2 * Math.exp(-e / 7.0 * test) + 0.001 * random.nextDouble(),
                    test * (1 - Math.exp(-e / 4.0)),
                    0.0123 * (1 + Math.cos(Math.PI * e / 30)) / 2));
        }
        Files.writeString(seed.resolve("loss.csv"), loss.toString());
        StringBuilder bins = new StringBuilder("bin,confidence,accuracy,count\n");
        for (int b = 0; b < 10; b++) {
            double confidence = (b + 0.5) / 10;
            bins.append(
                    b == 9
                            ? "9,,,0\n"
                            : String.format(
                                    Locale.ROOT,
                                    "%d,%.4f,%.4f,%d%n",
                                    b,
                                    confidence,
                                    Math.pow(confidence, 1.3),
                                    9000 >> b));
        }
        Files.writeString(seed.resolve("calibration.csv"), bins.toString());
    }

    private static Map<String, Object> ordered(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }
}
