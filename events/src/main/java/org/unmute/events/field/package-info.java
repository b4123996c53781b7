/** Detected events in time and place: tables of recordings, summaries of sites, and Camtrap DP. */
package org.unmute.events.field;
