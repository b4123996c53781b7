package org.unmute.report.page;

import static org.unmute.report.drawing.Markup.escape;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.unmute.report.chart.NumberText;

/** Builds a piece of HTML line by line, with elements that several pages share. */
public final class Html {
    private static final int WAV_HEADER = 44;
    private static final String WAV_URI = "data:audio/wav;base64,";
    private final StringBuilder html = new StringBuilder(1 << 12);

    /** Creates an empty piece. */
    public Html() {}

    /** A number with fixed decimals, or a dash if it is not finite. */
    public static String number(double value, int decimals) {
        return Double.isFinite(value) ? NumberText.fixed(value, decimals) : "\u2013";
    }

    /** A fraction as a CSS percentage, clamped to 0 to 100 %. */
    public static String percent(double share) {
        return String.format(Locale.ROOT, "%.3f%%", 100 * Math.clamp(Double.isFinite(share) ? share : 0, 0, 1));
    }

    /** Appends a line; the arguments are HTML. */
    public Html line(String format, Object... args) {
        html.append(String.format(Locale.ROOT, format, args)).append('\n');
        return this;
    }

    /** Appends complete HTML. */
    public Html add(String finished) {
        html.append(finished);
        return this;
    }

    /** Appends a list of names and values. */
    public Html facts(List<Fact> facts) {
        line("<dl>");
        facts.forEach(f -> line("<div><dt>%s</dt><dd>%s</dd></div>", escape(f.name()), escape(f.value())));
        return line("</dl>");
    }

    /** Appends a player of mono samples in [-1, 1]. */
    public Html audio(float[] samples, int sampleRate) {
        return line(
                "<audio controls=\"controls\" preload=\"metadata\" src=\"%s\">Your browser plays no sound.</audio>",
                wavUri(samples, sampleRate));
    }

    /** Appends a player that decodes its sound when started, for pages with many players. */
    public Html lazyAudio(String label, float[] samples, int sampleRate) {
        return line(
                "<audio controls=\"controls\" preload=\"none\" aria-label=\"%s\" src=\"%s\"></audio>",
                escape(label), wavUri(samples, sampleRate));
    }

    /** Length of the URI for this number of samples. */
    public static long wavUriLength(long samples) {
        return WAV_URI.length() + 4 * Math.ceilDiv(WAV_HEADER + 2 * samples, 3);
    }

    private static String wavUri(float[] samples, int sampleRate) {
        return WAV_URI + Base64.getEncoder().encodeToString(wav(samples, sampleRate));
    }

    /** Mono samples in [-1, 1] as a 16-bit WAV file. */
    public static byte[] wav(float[] samples, int sampleRate) {
        int bytes = Math.multiplyExact(samples.length, 2);
        ByteBuffer wav = ByteBuffer.allocate(Math.addExact(WAV_HEADER, bytes)).order(ByteOrder.LITTLE_ENDIAN);
        wav.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(WAV_HEADER - 8 + bytes);
        wav.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        wav.putShort((short) 1)
                .putShort((short) 1)
                .putInt(sampleRate)
                .putInt(2 * sampleRate)
                .putShort((short) 2)
                .putShort((short) 16);
        wav.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(bytes);
        for (float v : samples) {
            wav.putShort((short) Math.clamp(Math.round(v * 32767f), -32768, 32767));
        }
        return wav.array();
    }

    /** Appends a horizontal bar for a score in [0, 1]. */
    public Html scoreBar(String attributes, String name, double score, int decimals) {
        return line(
                "<div %s><span class=\"name\">%s</span><span class=\"track\"><span class=\"fill\""
                        + " style=\"width:%s\"></span></span><span class=\"value\">%s</span></div>",
                attributes, name, percent(score), number(score, decimals));
    }

    /** Opens a figure over time and frequency, up to the field that contains its image. */
    public Html openPlot(String kind, String title, String detail, List<AxisTick> frequencies) {
        return line(
                        "<figure class=\"plot %s\"><figcaption><b>%s</b>%s</figcaption>",
                        kind, escape(title), detail.isEmpty() ? "" : " <span>" + escape(detail) + "</span>")
                .line("<div class=\"y\" aria-hidden=\"true\">%s</div>", ticks(frequencies, "bottom"))
                .add("<div class=\"field\">");
    }

    /** Marks a point of the field, given as fractions from the left and the bottom. */
    public Html ring(double x, double y) {
        return line(
                "<span class=\"ring\" aria-hidden=\"true\" style=\"left:%s;bottom:%s\"></span>",
                percent(x), percent(y));
    }

    /** Ends the field and draws the colour legend. */
    public Html scale(Picture.Range range, String unit) {
        double width = range.high() - range.low();
        int decimals = width >= 10 ? 0 : width >= 1 ? 1 : width >= 0.1 ? 2 : width >= 0.01 ? 3 : 4;
        return scale(range, unit, decimals);
    }

    /** Ends the field and draws the colour legend with the given number of decimals. */
    public Html scale(Picture.Range range, String unit, int decimals) {
        return line(
                "<div class=\"scale\" aria-hidden=\"true\"><span class=\"colours%s\"></span><i class=\"high\">%s</i><i"
                        + " class=\"low\">%s</i><i class=\"unit\">%s</i></div>",
                range.diverging() ? " diverging" : "",
                number(range.high(), decimals),
                number(range.low(), decimals),
                escape(unit));
    }

    /** Draws the time axis and closes the figure. */
    public Html closePlot(double seconds) {
        return closePlot(TimeTicks.of(seconds));
    }

    /** Draws a time axis with these labels and closes the figure. */
    public Html closePlot(List<AxisTick> times) {
        return line("<div class=\"x\" aria-hidden=\"true\">%s</div></figure>", ticks(times, "left"));
    }

    private static String ticks(List<AxisTick> ticks, String side) {
        return ticks.stream()
                .map(t -> "<i style=\"" + side + ":" + percent(t.position()) + "\">" + escape(t.label()) + "</i>")
                .collect(Collectors.joining());
    }

    /** The HTML so far. */
    @Override
    public String toString() {
        return html.toString();
    }
}
