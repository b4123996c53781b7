package org.unmute.report.clip;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.files.AtomicFile;

/**
 * The figures of one clip, for a separate page or as part of a report: spectrogram with sound, coloured token map
 * (Figure 1a of the paper), attention of the class token (1b), prototype similarity maps (Figure 3) and prototype
 * weights (Figure 4).
 *
 * @param clip the clip
 * @param end length of the time axis in seconds, which begins at {@link ClipExplanation#start}
 * @param sections groups of figures, in display order
 * @param weights the weights from prototypes to classes, or null if the probe has no prototypes
 */
public record ClipFigures(ClipExplanation clip, double end, List<Section> sections, WeightTable weights) {
    /** Copies the list. */
    public ClipFigures {
        sections = List.copyOf(sections);
    }

    /**
     * Figures that belong together.
     *
     * @param title heading
     * @param note a description of the figures in one or two sentences
     * @param figures the figures; empty if there is nothing to show, which the note explains
     */
    public record Section(String title, String note, List<ClipFigure> figures) {
        /** Copies the list. */
        public Section {
            figures = List.copyOf(figures);
        }
    }

    /** Draws the figures of a clip that was explained with {@code figures}. */
    public static ClipFigures of(ClipExplanation clip) {
        ClipDrawing drawing = new ClipDrawing(clip);
        return new ClipFigures(
                clip,
                drawing.axes().end(),
                drawing.sections(),
                WeightTable.of(clip).orElse(null));
    }

    /**
     * The figures as an HTML fragment (also well-formed XML): one {@code div} of class {@code clip-figures} with a
     * scoped style sheet and embedded images and sound, light or dark according to the reader's system. A page may
     * contain several.
     */
    public String html() {
        return new ClipHtml(this).fragment();
    }

    /** Each figure as an enlarged PNG file, by file name. */
    public Map<String, byte[]> files() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (Section section : sections) {
            section.figures.forEach(figure -> files.put(figure.file() + ".png", figure.png()));
        }
        if (weights != null) {
            files.put("weights.png", weights.picture().enlarged().png());
        }
        return files;
    }

    /**
     * Writes {@link #files}.
     *
     * @return the files
     * @throws IOException if a file cannot be written
     */
    public List<Path> write(Path folder) throws IOException {
        Files.createDirectories(folder);
        List<Path> written = new ArrayList<>();
        for (Map.Entry<String, byte[]> file : files().entrySet()) {
            written.add(folder.resolve(file.getKey()));
            AtomicFile.write(written.getLast(), file.getValue());
        }
        return written;
    }
}
