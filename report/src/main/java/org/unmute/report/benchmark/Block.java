package org.unmute.report.benchmark;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.report.chart.Chart;
import org.unmute.report.page.Fact;
import org.unmute.report.table.Table;

/** A part of a section. */
public sealed interface Block {
    /** A paragraph of plain text. */
    record Paragraph(String text) implements Block {}

    /** A table, shown in the page and written to files. */
    record DataTable(Table table) implements Block {}

    /**
     * A figure, always written to files.
     *
     * @param id     unique in the report, and the name of its files: letters, digits, hyphens
     * @param chart  the figure
     * @param inPage whether the page also shows it
     */
    record Figure(String id, Chart chart, boolean inPage) implements Block {}

    /** Figures shown side by side where the page is wide enough. */
    record SideBySide(List<Figure> figures) implements Block {
        /** Copies the list. */
        public SideBySide {
            figures = List.copyOf(figures);
        }
    }

    /** Blocks that are hidden until opened, and printed only when open. */
    record Collapsible(String summary, boolean open, List<Block> blocks) implements Block {
        /** Copies the list. */
        public Collapsible {
            blocks = List.copyOf(blocks);
        }
    }

    /** Names and values. */
    record Facts(List<Fact> facts) implements Block {}

    /**
     * Complete HTML that loads no other resources. It has its own sections and is placed below the section that
     * contains it.
     *
     * @param html  well-formed
     * @param files additional files, by path relative to the folder of the page
     */
    record Fragment(String html, Map<String, byte[]> files) implements Block {
        /** Copies the map. */
        public Fragment {
            files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
        }
    }
}
