/**
 * Parts shared by all pages. A page is one file: it loads no other resources, runs no script other than its own, and
 * can be read on a phone and with a screen reader.
 */
package org.unmute.report.page;
