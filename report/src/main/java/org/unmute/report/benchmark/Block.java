package org.unmute.report.benchmark;

import java.util.List;
import java.util.Map;
import org.unmute.report.chart.Chart;
import org.unmute.report.page.Fact;
import org.unmute.report.table.Table;

/** Part of a section. */
public sealed interface Block {
    /** A paragraph of plain text. */
    record Paragraph(String text) implements Block {}

    /** A table, in the page and as files. */
    record DataTable(Table table) implements Block {}

    /**
     * A figure, always as files.
     *
     * @param id     unique in the report and the name of its files: letters, digits, hyphens
     * @param chart  the figure
     * @param inPage whether the page shows it too
     */
    record Figure(String id, Chart chart, boolean inPage) implements Block {}

    /** Figures side by side where the page is wide enough. */
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

    /** Names with values. */
    record Facts(List<Fact> facts) implements Block {}

    /**
     * Finished HTML that fetches nothing. It has its own sections and is placed below the section that holds it.
     *
     * @param html  well-formed
     * @param files additional files by path below the page's folder
     */
    record Fragment(String html, Map<String, byte[]> files) implements Block {
        /** Copies the map. */
        public Fragment {
            files = Map.copyOf(files);
        }
    }
}
