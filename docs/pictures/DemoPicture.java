import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Draws the picture at the top of README.md from the page that {@code ./unmute demo} writes: {@code java
 * docs/pictures/DemoPicture.java unmute-demo/report.html docs/pictures/demo.svg}. Shows a clip's spectrogram, the
 * similarity of its tokens to the strongest prototypes of two classes, and its scores.
 */
class DemoPicture {
    private static final int WIDTH = 860;
    private static final int PANEL = 270;
    private static final int HEIGHT = 150;
    private static final int TOP = 34;
    private static final int GAP = 20;
    private static final int MAPS = 2;
    private static final int BARS = 6;

    private static final Pattern CLIP =
            Pattern.compile("<p class=\"note\">[^<]*, scored by <b>(\\w+)</b>\\. In it: <b>([^<]*)</b>");
    private static final Pattern SPECTROGRAM =
            Pattern.compile("<figure class=\"plot spectrogram\">.*?src=\"([^\"]+)\"");
    private static final Pattern MAP = Pattern.compile(
            "<figure class=\"plot prototype\"><figcaption><b>(\\w+)</b>.*?src=\"([^\"]+)\".*?left:([\\d.]+)%;bottom:([\\d.]+)%");
    private static final Pattern BAR = Pattern.compile(
            "<div class=\"bar[^\"]*\" role=\"listitem\" aria-label=\"(\\w+), (present|absent): score ([\\d.]+)\"");

    public static void main(String[] args) throws IOException {
        String page = Files.readString(Path.of(args[0])).replace("\n", "");
        Matcher clip = found(CLIP, page);
        Matcher spectrogram = found(SPECTROGRAM, page);
        List<MatchResult> maps = MAP.matcher(page).results().limit(MAPS).toList();
        List<MatchResult> bars = BAR.matcher(page).results().limit(BARS).toList();
        List<String> svg = new ArrayList<>();
        int height = TOP + HEIGHT + 14;
        svg.add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + WIDTH + " " + (height + 150)
                + "\" font-family=\"sans-serif\" font-size=\"13\">");
        svg.add("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>");
        panel(svg, 0, "a recording: " + clip.group(2), spectrogram.group(1));
        for (int i = 0; i < maps.size(); i++) {
            MatchResult map = maps.get(i);
            panel(svg, i + 1, "similarity to a prototype: " + map.group(1), map.group(2));
            double x = left(i + 1) + PANEL * Double.parseDouble(map.group(3)) / 100;
            double y = TOP + HEIGHT * (1 - Double.parseDouble(map.group(4)) / 100);
            svg.add(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"7\" fill=\"none\" stroke=\"#ffffff\" stroke-width=\"2.5\"/>",
                    x,
                    y));
        }
        for (int i = 0; i < bars.size(); i++) {
            MatchResult bar = bars.get(i);
            boolean present = bar.group(2).equals("present");
            double score = Double.parseDouble(bar.group(3));
            int y = height + 22 * i;
            svg.add("<text x=\"150\" y=\"" + (y + 14) + "\" text-anchor=\"end\" fill=\"#222222\">"
                    + (present ? "✓ " : "") + bar.group(1).replace('_', ' ') + "</text>");
            svg.add(String.format(
                    Locale.ROOT,
                    "<rect x=\"160\" y=\"%d\" width=\"%.0f\" height=\"16\" fill=\"%s\"/>",
                    y + 2,
                    600 * score,
                    present ? "#2a6f97" : "#b8c4cc"));
            svg.add(String.format(
                    Locale.ROOT,
                    "<text x=\"%.0f\" y=\"%d\" fill=\"#222222\">%s</text>",
                    168 + 600 * score,
                    y + 14,
                    bar.group(3)));
        }
        svg.add("</svg>");
        Files.writeString(Path.of(args[1]), String.join("\n", svg) + "\n");
    }

    private static int left(int column) {
        return GAP / 2 + column * (PANEL + GAP);
    }

    private static void panel(List<String> svg, int column, String title, String png) {
        svg.add("<text x=\"" + left(column) + "\" y=\"22\" fill=\"#222222\">" + title.replace('_', ' ') + "</text>");
        svg.add("<image x=\"" + left(column) + "\" y=\"" + TOP + "\" width=\"" + PANEL + "\" height=\"" + HEIGHT
                + "\" preserveAspectRatio=\"none\" href=\"" + png + "\"/>");
    }

    private static Matcher found(Pattern pattern, String page) throws IOException {
        Matcher matcher = pattern.matcher(page);
        if (!matcher.find()) {
            throw new IOException("the page has no " + pattern);
        }
        return matcher;
    }
}
