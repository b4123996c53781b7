import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The table and the figure of {@code ReviewStudy}: {@code java ReviewFigure.java SVG ENCODER/CHOICE-SEED.csv...}. Means
 * over the seeds; the table goes to standard output.
 */
public final class ReviewFigure {
    private static final String[] COLORS = {"#0072b2", "#d55e00", "#009e73", "#cc79a7"};

    private ReviewFigure() {}

    public static void main(String[] args) throws IOException {
        Locale.setDefault(Locale.ROOT);
        Path svg = Path.of(args[0]);
        List<String> files = Arrays.asList(args).subList(1, args.length);
        Map<String, Map<Integer, List<double[]>>> all = new TreeMap<>();
        for (String file : files) {
            Path path = Path.of(file);
            String name = path.getParent().getFileName() + ", "
                    + path.getFileName().toString().replaceAll("-\\d+\\.csv", "");
            for (String line : Files.readAllLines(path)) {
                if (Character.isDigit(line.charAt(0))) {
                    double[] cells = Arrays.stream(line.split(","))
                            .mapToDouble(Double::parseDouble)
                            .toArray();
                    all.computeIfAbsent(name, k -> new TreeMap<>())
                            .computeIfAbsent((int) cells[0], k -> new ArrayList<>())
                            .add(cells);
                }
            }
        }
        System.out.println(
                "| encoder, choice | verdicts | of them yes | precision | recall | recall at precision 0.8 |");
        System.out.println("|---|--:|--:|--:|--:|--:|");
        List<String> choices =
                all.keySet().stream().map(ReviewFigure::choice).distinct().toList();
        StringBuilder lines = new StringBuilder();
        int number = 0;
        for (Map.Entry<String, Map<Integer, List<double[]>>> one : all.entrySet()) {
            StringBuilder points = new StringBuilder();
            for (Map.Entry<Integer, List<double[]>> at : one.getValue().entrySet()) {
                double[] mean = new double[5];
                at.getValue()
                        .forEach(cells -> Arrays.setAll(
                                mean, i -> mean[i] + cells[i] / at.getValue().size()));
                System.out.printf(
                        "| %s | %d | %.0f | %.3f | %.3f | %.3f |%n",
                        one.getKey(), at.getKey(), mean[1], mean[2], mean[3], mean[4]);
                points.append(String.format("%.1f,%.1f ", 60.0 + 2 * at.getKey(), 260 - 460 * mean[4]));
            }
            boolean dashed = one.getKey().startsWith("kwt1");
            String color = COLORS[choices.indexOf(choice(one.getKey())) % COLORS.length];
            lines.append(String.format(
                    "<polyline fill='none' stroke='%s' stroke-width='2'%s points='%s'/>%n",
                    color,
                    dashed ? " stroke-dasharray='6 3'" : "",
                    points.toString().strip()));
            lines.append(String.format(
                    "<text x='480' y='%d' fill='%s'>%s%s</text>%n",
                    30 + 18 * number, color, one.getKey(), dashed ? " (dashed)" : ""));
            number++;
        }
        summarize(all);
        StringBuilder axes = new StringBuilder();
        for (int v : all.values().iterator().next().keySet()) {
            axes.append(String.format("<text x='%d' y='278' text-anchor='middle'>%d</text>%n", 60 + 2 * v, v));
        }
        for (int r = 0; r <= 5; r++) {
            axes.append(String.format(
                    "<text x='52' y='%d' text-anchor='end'>%.1f</text><path d='M60 %d H460' stroke='#ddd'/>%n",
                    264 - 46 * r, r / 10.0, 260 - 46 * r));
        }
        Files.writeString(
                svg,
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 680 310' font-family='sans-serif'"
                        + " font-size='12'>\n<title>Recall at precision 0.8 after verdicts</title>\n"
                        + "<rect width='680' height='310' fill='#fff'/>\n" + axes
                        + "<text x='260' y='300' text-anchor='middle'>verdicts on each class</text>\n"
                        + "<text x='20' y='18'>recall at precision 0.8</text>\n"
                        + lines + "</svg>\n");
    }

    /** Prints the average gain by verdicts over all encoders and seeds, and the gain of a choice over random. */
    private static void summarize(Map<String, Map<Integer, List<double[]>>> all) {
        Map<String, TreeMap<Integer, List<Double>>> recalls = new TreeMap<>();
        all.forEach((name, points) -> points.forEach(
                (verdicts, cells) -> cells.forEach(one -> recalls.computeIfAbsent(choice(name), k -> new TreeMap<>())
                        .computeIfAbsent(verdicts, k -> new ArrayList<>())
                        .add(one[4]))));
        recalls.forEach((choice, points) -> {
            double before = mean(points.firstEntry().getValue());
            points.forEach((verdicts, values) -> System.out.printf(
                    "all encoders, %s: recall at precision 0.8 after %d verdicts %.3f, %+.3f%n",
                    choice, verdicts, mean(values), mean(values) - before));
        });
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    /** What follows the encoder: a choice has the same color with each. */
    private static String choice(String name) {
        return name.substring(name.indexOf(", ") + 2);
    }
}
